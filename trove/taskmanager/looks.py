# SPDX-License-Identifier: Apache-2.0
"""What many operations wait for, looked up once for all of them."""

import threading

from trove.taskmanager import lease

#: A hundred waiting builds would otherwise ask a hundred times as often.
_REPORT_AGE_S = 0.05
_FORGET_AFTER_S = 10.0


class Shared:
    """One look answers everybody who asks within ``age_s`` seconds.

    ``look(keys)`` gives a mapping; it is asked for every key that somebody
    has asked for lately. Each answer is at most ``age_s`` old.
    """

    def __init__(self, look, age_s):
        self._look = look
        self._age_s = age_s
        self._lock = threading.Lock()
        self._asked = {}
        self._answers = {}
        self._looked_at = float('-inf')

    def ask(self, key):
        """The answer for a key, or None."""
        with self._lock:
            now = lease.clock()
            is_new = key not in self._asked
            self._asked[key] = now
            if is_new or now - self._looked_at >= self._age_s:
                self._asked = {
                    known: when for known, when in self._asked.items()
                    if now - when < _FORGET_AFTER_S}
                self._answers = self._look(list(self._asked))
                self._looked_at = now
            return self._answers.get(key)


class Looks:
    """The shared looks of a process at its database."""

    def __init__(self, db, conf):
        self._db = db
        self._reports = Shared(self._look_at_reports, _REPORT_AGE_S)
        self._cancelled = Shared(self._look_for_cancelled,
                                 conf.taskmanager.cancel_poll_s)

    def report(self, instance_id):
        """The newest Report of an instance's guest, or None."""
        return self._reports.ask(instance_id)

    def cancelled(self, operation_id):
        """Whether an operation was asked to undo itself."""
        return bool(self._cancelled.ask(operation_id))

    def _look_at_reports(self, instance_ids):
        with self._db.reader() as tx:
            return tx.guests.reports(instance_ids)

    def _look_for_cancelled(self, _):
        with self._db.reader() as tx:
            return dict.fromkeys(tx.operations.cancelling(), True)
