# SPDX-License-Identifier: Apache-2.0
"""Work that may have to wait, done for all guests in turn."""

import collections
import logging
import threading

LOG = logging.getLogger(__name__)


class Turns:
    """Threads that do one piece of work of each guest after the other.

    Of one guest at most one piece is under way, so that a guest whose work
    takes long, or who has much of it, leaves the other threads to others.
    """

    def __init__(self, threads, most_waiting):
        self._most_waiting = most_waiting
        self._waiting = {}
        self._ready = collections.deque()
        self._count = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name='turns', daemon=True)
            for _ in range(threads)]

    def start(self):
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Do what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def put(self, instance_id, work):
        """Have ``work()`` done; False if too much waits already."""
        with self._changed:
            if self._count >= self._most_waiting:
                return False
            self._count += 1
            if instance_id in self._waiting:
                self._waiting[instance_id].append(work)
            else:
                self._waiting[instance_id] = collections.deque((work,))
                self._ready.append(instance_id)
                self._changed.notify()
            return True

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._ready or (self._stopping
                                            and not self._waiting))
                if not self._ready:
                    return
                instance_id = self._ready.popleft()
                work = self._waiting[instance_id].popleft()
            try:
                work()
            except Exception:  # the edge of RPC dispatch
                LOG.exception('work for instance %s failed', instance_id)
            with self._changed:
                self._count -= 1
                if self._waiting[instance_id]:
                    self._ready.append(instance_id)
                else:
                    del self._waiting[instance_id]
                self._changed.notify_all()
