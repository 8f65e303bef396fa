# SPDX-License-Identifier: Apache-2.0
"""Paths of TLS and of modules."""

from trove.api import routing
from trove.api.v1.answers import tls as tls_answers
from trove.api.v1.controllers import instance_tls
from trove.api.v1.schemas import tls as tls_schemas


def table(deps, policy):
    """These routes; see `routing.Route`."""
    return (*_tls(deps, policy),)


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
