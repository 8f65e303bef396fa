# SPDX-License-Identifier: Apache-2.0
"""Renews certificates that we issued, from one taskmanager at a time."""

from trove.operations import renew_certificates
from trove.taskmanager import loops

DUTY = 'certificate_renewal'
_LEASE_S = 1800
_LOOK_S = 60


class Renewals(loops.Periodic):
    """Looks now and then; ``wake(operation_id)`` sets a renewal going."""

    name = 'certificate-renewal'
    trouble = 'certificates could not be renewed'

    def __init__(self, rooms, owner, wake):
        super().__init__()
        self._rooms = rooms
        self._conf = rooms.conf.tls
        self._owner = owner
        self._wake = wake

    def pause_s(self):
        """Short, since it may become due at any time."""
        return min(self._conf.renewal_interval_s or _LOOK_S, _LOOK_S)

    def work(self):
        """Renew what we issue, where we do."""
        if self._conf.renewal_interval_s and self._conf.ca_certificate_file:
            self.renew()

    def renew(self):
        """Renew if it is due and nobody else does; ids of operations."""
        with self._rooms.db.writer() as tx:
            if not tx.duties.take(DUTY, self._owner, _LEASE_S,
                                  self._conf.renewal_interval_s):
                return []
        try:
            promised = renew_certificates.renew(self._rooms)
        finally:
            with self._rooms.db.writer() as tx:
                tx.duties.end(DUTY, self._owner)
        for operation_id in promised:
            self._wake(operation_id)
        return promised
