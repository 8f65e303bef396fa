# SPDX-License-Identifier: Apache-2.0
"""Calls that a guest was asked lately, so that none of them is done twice.

An answer can get lost on its way: with a conductor that is killed, or with
the broker's queues. The caller then asks again under the same call id, and is
given the same answer. Ids are few bytes and are kept long; answers may be
large and hold passwords, so they stay in memory, and not for long.
"""

import threading
import time

#: Ids that are remembered, and those of them that outlive a restart.
_IDS = 4096
KEPT = 256

#: Bytes of answers that are remembered, and for how many seconds.
_BYTES = 4 * 1024 * 1024
_SECONDS = 600

#: Longer ids are not of our callers.
LONGEST = 64

#: What `Repeats.begin` tells of a call: it is to be done; it is being done;
#: it was begun, and what came of it is not known any more.
NEW = 'new'
RUNNING = 'running'
UNKNOWN = 'unknown'


class Repeats:
    """What became of the calls of late; ``before`` are ids of those that an
    earlier life of the agent has taken."""

    def __init__(self, before=(), clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._calls = dict.fromkeys(before, UNKNOWN)    # the oldest first
        self._answers = {}      # id -> (answer, bytes, when), oldest first
        self._bytes = 0

    def begin(self, call_id):
        """NEW, RUNNING, UNKNOWN, or the answer that was given.

        A call that is NEW is RUNNING from then on.
        """
        if not isinstance(call_id, str) or len(call_id) > LONGEST:
            return NEW
        with self._lock:
            self._forget()
            known = self._calls.get(call_id)
            if known is None:
                self._calls[call_id] = RUNNING
                return NEW
            kept = self._answers.get(call_id)
            return known if kept is None else kept[0]

    def answered(self, call_id, answer, size):
        """Remember the answer, which takes so many bytes."""
        with self._lock:
            if call_id not in self._calls:
                return
            self._calls[call_id] = UNKNOWN      # once the answer is dropped
            self._answers[call_id] = (answer, size, self._clock())
            self._bytes += size
            self._forget()

    def _forget(self):
        oldest = self._clock() - _SECONDS
        while self._answers:
            call_id, (_, size, when) = next(iter(self._answers.items()))
            if self._bytes <= _BYTES and when >= oldest:
                break
            del self._answers[call_id]
            self._bytes -= size
        while len(self._calls) > _IDS:
            # One that runs is done once all the same: it is the last to go.
            call_id = next((one for one, state in self._calls.items()
                            if state is not RUNNING), None)
            if call_id is None:
                break
            del self._calls[call_id]
            self._bytes -= self._answers.pop(call_id, (None, 0, 0))[1]
