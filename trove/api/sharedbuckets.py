# SPDX-License-Identifier: Apache-2.0
"""Leaky buckets that all processes of the API share, in a Redis.

Imported only where the operator wants them: nobody else needs the client.
"""

import logging
import time

import redis

from trove.api import buckets

LOG = logging.getLogger(__name__)

#: Nobody's request waits longer for the count.
_TIMEOUT_S = 0.5

#: A store that did not answer is left alone for so long.
REST_S = 5

_PREFIX = 'trove-rate:'

#: The same arithmetic as `buckets.Buckets`, by the clock of the store, in
#: one step. Gives the level and what is to be waited, as text: Redis would
#: cut numbers off.
_SCRIPT = """
local most, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'seen')
local level = math.max(
  0, (kept[1] or 0) - (now - (kept[2] or now)) * most / 60)
local room = most - level - wanted
if room < 0 then
  return {tostring(level), tostring(-room * 60 / most)}
end
if wanted > 0 then
  level = level + wanted
  redis.call('HSET', KEYS[1], 'level', tostring(level), 'seen',
             string.format('%.6f', now))
  redis.call('EXPIRE', KEYS[1], 120)
end
return {tostring(level), '0'}
"""


class SharedBuckets:
    """Buckets of all who name the same Redis.

    While it is away each process counts by itself: limits that are a little
    too generous harm less than an API that answers nobody.
    """

    def __init__(self, url, own=None):
        self._client = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S)
        self._script = self._client.register_script(_SCRIPT)
        self._own = own or buckets.Buckets()
        self._away = False
        self._again_at = 0.0

    def fill(self, name, per_minute):
        """Put one request in: 0, or seconds until there is room for it."""
        found = self._ask(name, per_minute, 1)
        if found is None:
            return self._own.fill(name, per_minute)
        return found[1]

    def level(self, name, per_minute):
        """How many requests are in it now."""
        found = self._ask(name, per_minute, 0)
        if found is None:
            return self._own.level(name, per_minute)
        return found[0]

    def _ask(self, name, per_minute, wanted):
        if self._away and time.monotonic() < self._again_at:
            return None
        try:
            level, wait_s = self._script(
                keys=[_PREFIX + ':'.join(name)], args=[per_minute, wanted])
        except redis.RedisError as error:
            if not self._away:
                LOG.warning('rates are counted by each process, since the '
                            'shared store is away: %s', error)
            self._away = True
            self._again_at = time.monotonic() + REST_S
            return None
        if self._away:
            LOG.info('rates are counted by all processes together again')
        self._away = False
        return float(level), float(wait_s)
