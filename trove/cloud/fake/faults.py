# SPDX-License-Identifier: Apache-2.0
"""The switch that makes a fake service fail."""

import collections
import functools
import threading

from trove.cloud import ports

#: What may go wrong, and how it looks to the caller.
KINDS = {
    'down': ports.CloudDown,        # nothing was done
    'lost': ports.CloudDown,        # done, but the answer got lost
    'busy': ports.CloudBusy,
    'quota': ports.CloudQuota,
    'refused': ports.CloudRefused,
}


class Faults:
    """Planned failures by method name, and a record of the calls."""

    def __init__(self):
        self._lock = threading.RLock()
        self._plans = collections.defaultdict(collections.deque)
        self._watchers = []
        self.calls = []

    def fail(self, method, kind='down', times=1, after=0):
        """Let ``method`` ('compute.boot') fail ``times`` times.

        The first ``after`` calls go through. ``times`` None: for good.
        ``kind`` is one of KINDS or an exception (class) to raise instead.
        """
        with self._lock:
            self._plans[method].append([after, times, kind])

    def clear(self):
        """Nothing fails any more."""
        with self._lock:
            self._plans.clear()

    def watch(self, watcher):
        """Call ``watcher(method, when)`` 'before' and 'after' each call."""
        self._watchers.append(watcher)

    def around(self, method, call):
        """Run ``call`` as the plan says."""
        with self._lock:
            self.calls.append(method)
            kind = self._next(method)
        self._tell(method, 'before')
        if kind is not None and kind != 'lost':
            raise _error(method, kind)
        answer = call()
        self._tell(method, 'after')
        if kind == 'lost':
            raise _error(method, kind)
        return answer

    def _tell(self, method, when):
        for watcher in self._watchers:
            watcher(method, when)

    def _next(self, method):
        for plan in self._plans[method]:
            after, times, kind = plan
            if after:
                plan[0] -= 1
                return None
            if times is None:
                return kind
            if times:
                plan[1] -= 1
                return kind
        return None


def _error(method, kind):
    if kind in KINDS:
        return KINDS[kind](service='Fake cloud',
                           reason='%s: %s' % (method, kind))
    return kind


def breakable(function):
    """Let a method of a fake service fail as its switch says."""
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        method = '%s.%s' % (self.service, function.__name__)

        def call():
            with self.lock:
                return function(self, *args, **kwargs)
        return self.faults.around(method, call)
    return wrapper
