# SPDX-License-Identifier: Apache-2.0
"""Renews certificates that we issued, from one taskmanager at a time."""

import logging
import threading

from trove.operations import renew_certificates

LOG = logging.getLogger(__name__)

DUTY = 'certificate_renewal'
_LEASE_S = 1800
_LOOK_S = 60


class Renewals:
    """Looks now and then; ``wake(operation_id)`` sets a renewal going."""

    def __init__(self, rooms, owner, wake):
        self._rooms = rooms
        self._conf = rooms.conf.tls
        self._owner = owner
        self._wake = wake
        self._ended = threading.Event()
        self._loop = threading.Thread(target=self._run, daemon=True,
                                      name='certificate-renewal')

    def start(self):
        """Begin to look."""
        self._loop.start()

    def stop(self):
        """Look no more."""
        self._ended.set()

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

    def _run(self):
        while not self._ended.wait(min(
                self._conf.renewal_interval_s or _LOOK_S, _LOOK_S)):
            if not (self._conf.renewal_interval_s
                    and self._conf.ca_certificate_file):
                continue
            try:
                self.renew()
            except Exception as error:  # noqa: BLE001 - edge of a loop
                LOG.warning('certificates could not be renewed: %s', error)
