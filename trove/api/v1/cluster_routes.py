# SPDX-License-Identifier: Apache-2.0
"""Paths of clusters."""

from trove.api import paging
from trove.api import routing
from trove.api.v1.answers import accounts
from trove.api.v1.answers import clusters as answers
from trove.api.v1.controllers import clusters
from trove.api.v1.schemas import clusters as schemas
from trove.api.v1.schemas import root_user


def table(deps, policy):
    """These routes; see `routing.Route`."""
    all_ = clusters.Clusters(deps, policy)
    one, root = '/clusters/{id}', 'cluster:extension:root:'
    yield _route('GET', '/clusters', all_.index, 'cluster:index',
                 query=paging.PAGED, answer=answers.INDEX)
    yield _route('POST', '/clusters', all_.create, 'cluster:create',
                 body=schemas.CREATE, answer=answers.SHOW)
    yield _route('GET', one, all_.find, 'cluster:show', answer=answers.SHOW)
    for path in (one, one + '/action'):
        yield _route('POST', path, all_.find, 'cluster:action',
                     body=schemas.ACTION, status=202, answer=answers.SHOW)
    yield _route('DELETE', one, all_.find, 'cluster:delete', status=202)
    yield _route('GET', one + '/instances/{iid}', all_.find,
                 'cluster:show_instance', answer=answers.MEMBER)
    yield _route('GET', one + '/root', all_.find, root + 'index',
                 answer=accounts.ROOT)
    yield _route('POST', one + '/root', all_.find, root + 'create',
                 body=root_user.ENABLE, answer=accounts.ROOT_ENABLED)
    yield _route('DELETE', one + '/root', all_.find, root + 'delete',
                 status=204)
    yield from _mgmt(all_)


def _mgmt(all_):
    one, rule = '/mgmt/clusters/{id}', 'mgmt:cluster:'
    yield _route('GET', '/mgmt/clusters', all_.index, rule + 'index',
                 query=('deleted',), answer=answers.MGMT_INDEX)
    yield _route('GET', one, all_.find, rule + 'show',
                 answer=answers.MGMT_SHOW)
    yield _route('POST', one + '/action', all_.find, rule + 'action',
                 body=schemas.MGMT_ACTION, status=202)


def _route(method, path, handler, *policy, **more):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, **more)
