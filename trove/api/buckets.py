# SPDX-License-Identifier: Apache-2.0
"""Leaky buckets of this process."""

import collections
import threading
import time

MOST_BUCKETS = 20000


class Buckets:
    """How full each bucket is; ``clock`` gives seconds.

    A bucket holds as many requests as may come in a minute, and leaks
    evenly, so that it is empty after a minute without any.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = collections.OrderedDict()

    def fill(self, name, per_minute):
        """Put one request in: 0, or seconds until there is room for it."""
        with self._lock:
            level = self._level(name, per_minute)
            room = per_minute - level - 1
            if room < 0:
                return -room * 60 / per_minute
            self._levels[name] = (level + 1, self._clock())
            self._levels.move_to_end(name)
            if len(self._levels) > MOST_BUCKETS:
                self._levels.popitem(last=False)
            return 0

    def level(self, name, per_minute):
        """How many requests are in it now."""
        with self._lock:
            return self._level(name, per_minute)

    def _level(self, name, per_minute):
        level, seen = self._levels.get(name, (0.0, 0.0))
        leaked = (self._clock() - seen) * per_minute / 60
        return max(0.0, level - leaked)
