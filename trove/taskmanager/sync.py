# SPDX-License-Identifier: Apache-2.0
"""Keeps what is known of all servers fresh, in few requests."""

import logging

from trove.common import exception
from trove.objects import status
from trove.taskmanager import loops

LOG = logging.getLogger(__name__)

DUTY = 'server_sync'

#: A look may take so long before another taskmanager begins one.
_LEASE_S = 300
#: Servers that are asked for one by one in a look; the others are in the next.
_MOST_SINGLE = 50


class ServerSync(loops.Periodic):
    """Asks the cloud for the status of every server, now and then.

    A duty of all taskmanagers: one of them asks, each interval.
    """

    name = 'server-sync'
    trouble = 'the status of servers is not known'

    def __init__(self, db, cloud, conf, owner):
        super().__init__()
        self._db = db
        self._owner = owner
        self._cloud = cloud
        self._conf = conf

    def pause_s(self):
        """As the option says."""
        return self._conf.taskmanager.server_sync_interval_s

    def work(self):
        """Ask if it is due."""
        LOG.debug('%s servers had changed', self.look())

    def sync(self):
        """Ask once; gives the number of instances that had changed."""
        statuses = self._cloud.compute.statuses()
        with self._db.writer() as tx:
            changed = tx.instances.sync_servers(statuses)
        return changed + self._look_for_others(statuses)

    def _look_for_others(self, statuses):
        """Ask for each server that the list ought to have.

        One that somebody has deleted in the cloud is in no list; neither is
        one without our tag.
        """
        with self._db.reader() as tx:
            missing = tx.instances.servers_but(statuses, _MOST_SINGLE)
        found = {server_id: self._status(server_id) for server_id in missing}
        if not found:
            return 0
        with self._db.writer() as tx:
            return tx.instances.sync_servers(found)

    def _status(self, server_id):
        try:
            return self._cloud.compute.show(server_id).status
        except exception.NotFound:
            LOG.warning('server %s is gone from the cloud', server_id)
            return status.SERVER_GONE

    def look(self):
        """Ask if it is due and nobody else does: the number, or None."""
        with self._db.writer() as tx:
            mine = tx.duties.take(
                DUTY, self._owner, _LEASE_S,
                self._conf.taskmanager.server_sync_interval_s)
        if not mine:
            return None
        try:
            return self.sync()
        finally:
            with self._db.writer() as tx:
                tx.duties.end(DUTY, self._owner)
