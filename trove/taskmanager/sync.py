# SPDX-License-Identifier: Apache-2.0
"""Keeps what is known of all servers fresh, in few requests."""

import logging
import threading

LOG = logging.getLogger(__name__)


class ServerSync:
    """Asks the cloud for the status of every server, now and then."""

    def __init__(self, db, cloud, conf):
        self._db = db
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

    def _run(self):
        while not self._ended.wait(
                self._conf.taskmanager.server_sync_interval_s):
            try:
                changed = self.sync()
            except Exception as error:  # noqa: BLE001 - edge of a loop
                LOG.warning('the status of servers is not known: %s', error)
            else:
                LOG.debug('%d servers had changed', changed)
