# SPDX-License-Identifier: Apache-2.0
"""A bucket per guest, so that one that floods slows no other."""

import threading
import time

_BURST_S = 10
_FORGET_AFTER = 50000


class Buckets:
    """Leaky buckets by instance; asked after a message has proved its
    sender, since otherwise one guest could empty another's bucket."""

    def __init__(self, per_second, clock=time.monotonic):
        self._rate = per_second
        self._most = per_second * _BURST_S
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = {}

    def take(self, instance_id):
        """Whether one more message of the instance may be worked on."""
        now = self._clock()
        with self._lock:
            if len(self._levels) > _FORGET_AFTER:
                self._forget_full(now)
            level, since = self._levels.get(instance_id, (self._most, now))
            level = min(self._most, level + (now - since) * self._rate)
            if level < 1:
                self._levels[instance_id] = (level, now)
                return False
            self._levels[instance_id] = (level - 1, now)
            return True

    def _forget_full(self, now):
        self._levels = {
            instance_id: (level, since)
            for instance_id, (level, since) in self._levels.items()
            if level + (now - since) * self._rate < self._most}
