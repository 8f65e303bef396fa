# SPDX-License-Identifier: Apache-2.0
"""Request limits: a leaky bucket for each project and method.

The buckets live in the process: N workers let N times the rate through.
"""

import collections
import dataclasses
import datetime
import math
import threading
import time

from trove.api import errors

MOST_BUCKETS = 20000


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
    """Knows how full each bucket is; ``clock`` gives seconds."""

    def __init__(self, conf, clock=time.monotonic):
        self._limits = {limit.key: limit for limit in limits(conf)}
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = collections.OrderedDict()

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
            with self._lock:
                level = self._level((project_id, limit.key), limit)
            wait = max(0.0, level + 1 - limit.value) * 60 / limit.value
            found.append((limit, max(0, math.floor(limit.value - level)),
                          now + datetime.timedelta(seconds=wait)))
        return found

    def _fill(self, project_id, key):
        limit = self._limits.get(key)
        if limit is None:
            return
        with self._lock:
            level = self._level((project_id, key), limit)
            room = limit.value - level - 1
            if room >= 0:
                self._store((project_id, key), level + 1)
                return
        raise errors.RateLimited(
            retry_after=max(1, math.ceil(-room * 60 / limit.value)),
            details='%s limit %d/minute' % (limit.verb, limit.value))

    def _level(self, key, limit):
        level, seen = self._levels.get(key, (0.0, 0.0))
        leaked = (self._clock() - seen) * limit.value / 60
        return max(0.0, level - leaked)

    def _store(self, key, level):
        self._levels[key] = (level, self._clock())
        self._levels.move_to_end(key)
        if len(self._levels) > MOST_BUCKETS:
            self._levels.popitem(last=False)


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
