# SPDX-License-Identifier: Apache-2.0
"""The taskmanager: an RPC server for wake-ups, a crew, periodic loops."""

import threading

from trove.rpc import notifications
from trove.rpc import taskmanager
from trove.taskmanager import courier
from trove.taskmanager import crew
from trove.taskmanager import endpoint
from trove.taskmanager import engine
from trove.taskmanager import orphans
from trove.taskmanager import renewals
from trove.taskmanager import sync
from trove.taskmanager import usage
from trove.taskmanager import way as ways


class Taskmanager:
    """Keeps promises with what `rooms` has, under the name ``owner``.

    ``connection`` None: nobody wakes it, the sweep finds everything.
    """

    def __init__(self, rooms, owner, connection=None):
        self._stopping = threading.Event()
        way = ways.Way()
        self.crew = crew.Crew(
            rooms.db, engine.Engine(rooms, self._stopping), rooms.conf,
            owner, self._stopping, way)
        self._sync = sync.ServerSync(rooms.db, rooms.cloud, rooms.conf, owner)
        self._orphans = orphans.OrphanReport(rooms, owner)
        self._tellers = ()
        if notifications.enabled(rooms.conf):
            self._tellers = (
                usage.UsageReport(rooms, owner),
                courier.Courier(rooms.db, rooms.conf, owner,
                                notifications.Sender(rooms.conf)))
        self._renewals = renewals.Renewals(rooms, owner, self.crew.wake)
        self._server = connection and taskmanager.serve(
            rooms.conf, connection, owner, endpoint.Endpoint(self.crew))

    def start(self):
        """Begin to work."""
        self.crew.start()
        self._sync.start()
        self._orphans.start()
        for teller in self._tellers:
            teller.start()
        self._renewals.start()
        if self._server:
            self._server.start()

    def stop(self):
        """Hand over, in seconds: no long step is waited for."""
        # Before all else: operations are left while the server, which may
        # take seconds for it, lets go of its queue.
        self._stopping.set()
        if self._server:
            self._server.stop()
        self._sync.stop()
        self._orphans.stop()
        for teller in self._tellers:
            teller.stop()
        self._renewals.stop()
        self.crew.stop()
        if self._server:
            self._server.wait()
