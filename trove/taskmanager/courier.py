# SPDX-License-Identifier: Apache-2.0
"""Takes waiting events to the broker, from one taskmanager at a time."""

from trove.taskmanager import loops

DUTY = 'notifications'
_BATCH = 100

#: Who does not get an event delivered for so long loses the duty.
_LEASE_S = 60


class Courier(loops.Periodic):
    """Sends events in the order they happened, each at least once.

    An event's row goes after the broker has it. So nothing is lost when
    broker or taskmanager die, but an event may be sent twice: with the same
    ``event_id``.
    """

    name = 'courier'
    trouble = 'notifications wait'

    def __init__(self, db, conf, owner, sender):
        super().__init__()
        self._db = db
        self._conf = conf
        self._owner = owner
        self._sender = sender

    def pause_s(self):
        """As the option says."""
        return self._conf.notification_send_interval

    def work(self):
        """Send what waits."""
        self.deliver()

    def deliver(self):
        """Send what waits, unless another one is at it; how many."""
        sent = 0
        with self._db.reader() as tx:
            waiting = tx.notifications.oldest(1)
        if not waiting or not self._mine():
            return 0
        try:
            while not self._ended.is_set():
                with self._db.reader() as tx:
                    waiting = tx.notifications.oldest(_BATCH)
                if not waiting:
                    break
                for told in waiting:
                    if not self._deliver(told):
                        return sent
                    sent += 1
        finally:
            with self._db.writer() as tx:
                tx.duties.end(DUTY, self._owner)
        return sent

    def _mine(self):
        with self._db.writer() as tx:
            return tx.duties.take(DUTY, self._owner, _LEASE_S, 0)

    def _deliver(self, told):
        """Send one; False when the duty is somebody else's by now."""
        if self._ended.is_set():
            return False
        self._sender.send(told)
        with self._db.writer() as tx:
            tx.notifications.remove(told.number)
            return tx.duties.keep(DUTY, self._owner, _LEASE_S)
