# SPDX-License-Identifier: Apache-2.0
"""Keeps what is known of all servers fresh, in few requests."""

import logging
import threading

LOG = logging.getLogger(__name__)


DUTY = 'server_sync'

#: A look may take so long before another taskmanager begins one.
_LEASE_S = 300


class ServerSync:
    """Asks the cloud for the status of every server, now and then.

    A duty of all taskmanagers: one of them asks, each interval.
    """

    def __init__(self, db, cloud, conf, owner):
        self._db = db
        self._owner = owner
        self._cloud = cloud
        self._conf = conf
        self._ended = threading.Event()
        self._loop = threading.Thread(target=self._run, daemon=True,
                                      name='server-sync')

    def start(self):
        """Begin to ask."""
        self._loop.start()

    def stop(self):
        """Ask no more; a request under way is not waited for."""
        self._ended.set()

    def sync(self):
        """Ask once; gives the number of instances that had changed."""
        statuses = self._cloud.compute.statuses()
        with self._db.writer() as tx:
            return tx.instances.sync_servers(statuses)

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

    def _run(self):
        while not self._ended.wait(
                self._conf.taskmanager.server_sync_interval_s):
            try:
                changed = self.look()
            except Exception as error:  # noqa: BLE001 - edge of a loop
                LOG.warning('the status of servers is not known: %s', error)
            else:
                LOG.debug('%s servers had changed', changed)
