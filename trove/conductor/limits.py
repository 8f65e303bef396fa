# SPDX-License-Identifier: Apache-2.0
"""A bucket per guest, so that one that floods slows no other."""

import threading
import time

_BURST_S = 10
_FORGET_AFTER = 50000


#: Bytes that cost as much as one message.
_MESSAGE_BYTES = 16384


class Buckets:
    """Leaky buckets by instance. Who sends is known from the outbox that a
    message came by, so that nobody empties another's bucket."""

    def __init__(self, per_second, clock=time.monotonic):
        self._rate = per_second
        self._most = per_second * _BURST_S
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = {}

    def take(self, instance_id, size=0):
        """Whether one more message of the instance may be worked on.

        A large one counts as several; it is let through if there is any
        allowance left, which then is owed.
        """
        now = self._clock()
        with self._lock:
            if len(self._levels) > _FORGET_AFTER:
                self._forget_full(now)
            level, since = self._levels.get(instance_id, (self._most, now))
            level = min(self._most, level + (now - since) * self._rate)
            if level < 1:
                self._levels[instance_id] = (level, now)
                return False
            self._levels[instance_id] = (
                level - 1 - size // _MESSAGE_BYTES, now)
            return True

    def wait_s(self, instance_id):
        """Seconds until the instance has a second's worth again."""
        with self._lock:
            level, since = self._levels.get(instance_id, (self._most, 0))
        return max(0, since + (self._rate - level) / self._rate
                   - self._clock())

    def _forget_full(self, now):
        self._levels = {
            instance_id: (level, since)
            for instance_id, (level, since) in self._levels.items()
            if level + (now - since) * self._rate < self._most}
