# SPDX-License-Identifier: Apache-2.0
"""Paths of TLS and of modules."""

from trove.api import paging
from trove.api import routing
from trove.api.v1.answers import modules as answers
from trove.api.v1.answers import tls as tls_answers
from trove.api.v1.controllers import instance_modules
from trove.api.v1.controllers import instance_tls
from trove.api.v1.controllers import modules
from trove.api.v1.schemas import modules as schemas
from trove.api.v1.schemas import tls as tls_schemas


def table(deps, policy):
    """These routes; see `routing.Route`."""
    return (*_tls(deps, policy), *_modules(deps, policy),
            *_of_instances(deps, policy))


def _route(method, path, handler, *policy, **more):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, **more)


def _tls(deps, policy):
    one = instance_tls.InstanceTls(deps, policy)
    path = '/instances/{id}/ssl'
    yield _route('GET', path, one.show, query=('include_certificate',),
                 answer=tls_answers.SHOW)
    yield _route('POST', path, one.act, body=tls_schemas.ACTION,
                 answer=tls_answers.CHANGED)


def _modules(deps, policy):
    all_ = modules.Modules(deps, policy)
    one = '/modules/{id}'
    yield _route('GET', '/modules', all_.index, 'module:index',
                 query=(*paging.PAGED, 'datastore'), answer=answers.INDEX)
    yield _route('POST', '/modules', all_.create, 'module:create',
                 body=schemas.CREATE, answer=answers.DETAIL)
    yield _route('GET', one, all_.show, answer=answers.DETAIL)
    yield _route('PUT', one, all_.update, body=schemas.UPDATE,
                 answer=answers.DETAIL)
    yield _route('DELETE', one, all_.delete)
    yield _route('GET', one + '/instances', all_.instances,
                 query=(*paging.PAGED, 'include_clustered', 'count_only'),
                 answer=answers.INSTANCES)
    yield _route('PUT', one + '/instances', all_.reapply,
                 body=schemas.REAPPLY, status=202)


def _of_instances(deps, policy):
    all_ = instance_modules.InstanceModules(deps, policy)
    path = '/instances/{id}/modules'
    yield _route('GET', path, all_.index,
                 query=('from_guest', 'include_contents'),
                 answer=answers.APPLIED)
    yield _route('POST', path, all_.apply, body=schemas.APPLY,
                 answer=answers.APPLIED)
    yield _route('DELETE', path + '/{module}', all_.remove)
