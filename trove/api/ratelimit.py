# SPDX-License-Identifier: Apache-2.0
"""Request limits: a leaky bucket for each project and method.

The buckets live in the process, so that N workers let N times the rate
through, or in a Redis that the operator names.
"""

import dataclasses
import datetime
import importlib
import math

from trove.api import buckets
from trove.api import errors


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """A rate for some verb; ``uri`` and ``regex`` are for display."""

    key: str
    verb: str
    value: int
    uri: str = '*'
    regex: str = '.*'


def limits(conf):
    """Every limit that is on, in the order they are shown."""
    every = (
        Limit('POST', 'POST', conf.http_post_rate),
        Limit('PUT', 'PUT', conf.http_put_rate),
        Limit('DELETE', 'DELETE', conf.http_delete_rate),
        Limit('GET', 'GET', conf.http_get_rate),
        Limit('MGMT', 'POST', conf.http_mgmt_post_rate, '*/mgmt',
              '^/mgmt'))
    return tuple(limit for limit in every if limit.value)


_KEY = {'GET': 'GET', 'HEAD': 'GET', 'POST': 'POST', 'PUT': 'PUT',
        'PATCH': 'PUT', 'DELETE': 'DELETE'}


class RateLimiter:
    """Holds each project to the limits."""

    def __init__(self, conf, held=None):
        self._limits = {limit.key: limit for limit in limits(conf)}
        self._buckets = held or _buckets(conf)

    def take(self, project_id, method, below_mgmt):
        """Count one request, or raise RateLimited."""
        self._fill(project_id, _KEY.get(method))
        if method == 'POST' and below_mgmt:
            self._fill(project_id, 'MGMT')

    def shown(self, project_id):
        """[(limit, requests left now, when one more will be left)]."""
        now = datetime.datetime.now(datetime.UTC)
        found = []
        for limit in self._limits.values():
            level = self._buckets.level((project_id, limit.key), limit.value)
            wait = max(0.0, level + 1 - limit.value) * 60 / limit.value
            found.append((limit, max(0, math.floor(limit.value - level)),
                          now + datetime.timedelta(seconds=wait)))
        return found

    def _fill(self, project_id, key):
        limit = self._limits.get(key)
        if limit is None:
            return
        wait_s = self._buckets.fill((project_id, key), limit.value)
        if wait_s:
            raise errors.RateLimited(
                retry_after=max(1, math.ceil(wait_s)),
                details='%s limit %d/minute' % (limit.verb, limit.value))


def _buckets(conf):
    if not conf.rate_limit_redis_url:
        return buckets.Buckets()
    shared = importlib.import_module('trove.api.sharedbuckets')
    return shared.SharedBuckets(conf.rate_limit_redis_url)


class RateLimitEdge:
    """Middleware: asks the limiter before the application works."""

    def __init__(self, app, limiter):
        self._app = app
        self._limiter = limiter

    def __call__(self, environ, start_response):
        """Serve one request."""
        ctx = environ['trove.context']
        parts = environ['trove.parts']
        self._limiter.take(ctx.project_id, environ['REQUEST_METHOD'],
                           bool(parts) and parts[0] == 'mgmt')
        return self._app(environ, start_response)
