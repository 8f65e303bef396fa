# SPDX-License-Identifier: Apache-2.0
"""The WSGI pipeline: one list, outermost first.

=================  =======================================================
cors               answers preflights, marks every answer, errors included
request ids        so that every answer below carries one
healthcheck        needs no token and no working database
error edge         whatever fails below leaves in the error envelope
proxy headers      before anything builds a link
size limit         before anybody reads a body
OpenAPI document   needs no token
version documents  need none either
token memory       where no memcached is configured
authtoken          keystonemiddleware: who asks
audit              where wanted: keystonemiddleware tells who did what
context            the path's project is the token's; the caller as object
rate limit         needs to know the project
application        routes, policies, controllers
=================  =======================================================
"""

from keystonemiddleware import audit
from oslo_middleware import cors
from oslo_middleware import http_proxy_to_wsgi
from oslo_middleware import sizelimit

from trove.api import app
from trove.api import authtoken
from trove.api import edges
from trove.api import errors
from trove.api import health
from trove.api import identity
from trove.api import openapi
from trove.api import policy as policies
from trove.api import ratelimit
from trove.api import versions

MAX_BODY_BYTES = 1024 * 1024


def build(deps, authenticate=None):
    """The whole WSGI application over ``deps``.

    ``authenticate``, a function that wraps an application, stands in for
    keystonemiddleware in tests.
    """
    conf = deps.conf
    policy = policies.Policy(conf)
    limiter = ratelimit.RateLimiter(conf)
    _declare(conf)
    wrappers = (
        lambda inner: _cors(inner, conf),
        edges.RequestIds,
        lambda inner: health.HealthDoor(inner, deps),
        errors.ErrorEdge,
        lambda inner: _proxy_headers(inner, conf),
        lambda inner: edges.BodyLimit(inner, conf),
        openapi.DocumentDoor,
        lambda inner: versions.VersionDoor(inner, conf),
        lambda inner: identity.TokenMemoryEdge(
            inner, identity.TokenMemory()),
        authenticate or (lambda inner: authtoken.build(inner, conf)),
        lambda inner: _audit(inner, conf),
        lambda inner: identity.ContextEdge(inner, policy),
        lambda inner: ratelimit.RateLimitEdge(inner, limiter),
    )
    found = app.build(deps, policy, limiter)
    for wrap in reversed(wrappers):
        found = wrap(found)
    return found


def _declare(conf):
    conf.register_opts(cors.CORS_OPTS, group='cors')
    conf.register_opts(http_proxy_to_wsgi.OPTS, group='oslo_middleware')
    conf.register_opts(sizelimit.OPTS, group='oslo_middleware')
    conf.set_default('max_request_body_size', MAX_BODY_BYTES,
                     group='oslo_middleware')


def _cors(inner, conf):
    """Left out where no origin is allowed: each layer costs its time."""
    origins = (conf.cors.allowed_origin or [
        name for name in conf.list_all_sections()
        if name.startswith('cors.')])
    return cors.CORS(inner, conf) if origins else inner


def _proxy_headers(inner, conf):
    if not conf.oslo_middleware.enable_proxy_headers_parsing:
        return inner
    return http_proxy_to_wsgi.HTTPProxyToWSGI(inner, conf)


def _audit(inner, conf):
    if not conf.audit_map_file:
        return inner
    return audit.AuditMiddleware(
        inner, oslo_config_config=conf, service_name='trove',
        audit_map_file=conf.audit_map_file)
