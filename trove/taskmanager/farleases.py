# SPDX-License-Identifier: Apache-2.0
"""Leases that would last for hours, since the database's clock was set back.

An owner that lives renews its lease by the new time within seconds. One that
has died cannot, and nobody would take over before the clock has come again to
where it was.
"""

import logging

from trove.taskmanager import lease

LOG = logging.getLogger(__name__)

#: A lease that lasts for so many usual ones is none that anybody asked for,
#: also where taskmanagers are set to different times.
_FAR = 10

#: Unchanged for so many usual leases, by our own clock, its owner is dead.
_SILENT = 2


class FarLeases:
    """Looks for them, and ends those that nobody renews."""

    def __init__(self, db, conf):
        self._db = db
        self._conf = conf
        self._seen = {}

    def look(self):
        """Note what is there; end what has been there for too long."""
        lease_s, now = self._conf.operation_lease_s, lease.clock()
        with self._db.reader() as tx:
            found = tx.operations.leased_beyond(_FAR * lease_s)
        self._seen = {one: self._seen.get(one, now) for one in found}
        silent = [one for one, since in self._seen.items()
                  if now - since >= _SILENT * lease_s]
        for operation_id, fence, until in silent:
            LOG.warning('operation %s: its lease until %s ends now, nobody '
                        'renews it; the clock of the database was set back',
                        operation_id, until)
            with self._db.writer() as tx:
                tx.operations.end_lease(operation_id, fence, until)
