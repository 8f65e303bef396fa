# SPDX-License-Identifier: Apache-2.0
"""Events by the period: what exists, and how much of quotas is used."""

import datetime
import logging

from trove.operations import events
from trove.operations import quota
from trove.taskmanager import loops

LOG = logging.getLogger(__name__)

EXISTS, QUOTAS = 'exists_events', 'quota_events'

#: Looks whether a period is over, at least so often.
_LOOK_S = 30


class UsageReport(loops.Periodic):
    """A duty of all taskmanagers: each period is told of once.

    The duty and its events are one transaction: either all of a period's
    events are kept for sending, or the next taskmanager makes them.
    """

    name = 'usage-report'
    trouble = 'usage could not be told'

    def __init__(self, rooms, owner):
        super().__init__()
        self._db = rooms.db
        self._conf = rooms.conf
        self._owner = owner

    def pause_s(self):
        """Short, since a period may end at any time."""
        return _LOOK_S

    def work(self):
        """Tell of what is over."""
        self.report()

    def report(self):
        """Tell of the periods that are over; the number of events."""
        made = self._report(
            EXISTS, self._conf.exists_notification_interval, self._exists)
        interval_s = self._conf.quota_notification_interval
        if interval_s:
            made += self._report(QUOTAS, interval_s, self._quotas)
        return made

    def _report(self, duty, interval_s, find):
        with self._db.writer() as tx:
            now = tx.now()
            ending = _period_end(now, interval_s)
            next_s = (ending - now).total_seconds() + interval_s
            if not tx.duties.take(duty, self._owner, 0, next_s):
                return 0
            found = find(tx, ending, interval_s)
            tx.notifications.add(found)
            tx.duties.end(duty, self._owner)
        LOG.info('%s: %d for the period that ended at %s', duty, len(found),
                 ending)
        return len(found)

    def _exists(self, tx, ending, interval_s):
        beginning = ending - datetime.timedelta(seconds=interval_s)
        return [events.exists(self._conf, one, beginning, ending)
                for one in tx.instances.list(include_clustered=True)
                if one.server_id and one.created < ending]

    def _quotas(self, tx, ending, interval_s):
        defaults = quota.defaults(self._conf)
        return [events.of_quota(self._conf, project_id, usage, ending)
                for project_id in tx.quotas.projects()
                for usage in tx.quotas.usages(project_id, defaults)]


def _period_end(now, interval_s):
    """When the newest period that is over ended; they begin at midnight."""
    midnight = datetime.datetime(now.year, now.month, now.day)
    whole = int((now - midnight).total_seconds()) // interval_s
    return midnight + datetime.timedelta(seconds=whole * interval_s)
