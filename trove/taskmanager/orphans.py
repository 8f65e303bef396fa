# SPDX-License-Identifier: Apache-2.0
"""Reports what nobody owns, from one taskmanager at a time."""

import logging

from trove.operations import clean_orphans
from trove.operations import orphans
from trove.taskmanager import loops

LOG = logging.getLogger(__name__)

DUTY = 'orphan_report'

#: A report may take so long before another taskmanager begins one.
_LEASE_S = 1800

#: Looks whether it is due, at least so often.
_LOOK_S = 60


class OrphanReport(loops.Periodic):
    """Compares services and records, now and then; a duty of all owners."""

    name = 'orphan-report'
    trouble = 'orphans could not be looked for'

    def __init__(self, rooms, owner):
        super().__init__()
        self._db = rooms.db
        self._conf = rooms.conf.taskmanager
        self._sight = orphans.Sight(rooms.db, rooms.cloud, rooms.broker,
                                    rooms.conf)
        self._owner = owner

    def pause_s(self):
        """Short, since it may become due at any time."""
        return min(self._conf.orphan_report_interval_s or _LOOK_S, _LOOK_S)

    def work(self):
        """Report, where it is wanted."""
        if self._conf.orphan_report_interval_s:
            self.report()

    def report(self):
        """Report if it is due and nobody else does: what was found."""
        with self._db.writer() as tx:
            mine = tx.duties.take(DUTY, self._owner, _LEASE_S,
                                  self._conf.orphan_report_interval_s)
        if not mine:
            return None
        try:
            found = orphans.find(self._sight, self._conf.orphan_minutes)
            _tell(found)
            if self._conf.orphan_clean:
                self._clean(found)
        finally:
            with self._db.writer() as tx:
                tx.duties.end(DUTY, self._owner)
        return found

    def _clean(self, found):
        for one, hindrance in clean_orphans.clean(
                self._sight, found, clean_orphans.SURE):
            if hindrance:
                LOG.error('orphan %s %s could not be removed: %s',
                          one.thing.kind, one.thing.external_id, hindrance)
            else:
                LOG.info('orphan %s %s is removed', one.thing.kind,
                         one.thing.external_id)


def _tell(found):
    for one in found:
        LOG.warning('orphan: %s %s of instance %s: %s', one.thing.kind,
                    one.thing.external_id, one.thing.instance_id, one.reason)
    LOG.info('%d orphans', len(found))
