# SPDX-License-Identifier: Apache-2.0
"""Takes operations, works on many at a time, and keeps the leases."""

import logging
import threading

from trove.common import exception
from trove.taskmanager import farleases
from trove.taskmanager import flows
from trove.taskmanager import lease as leases
from trove.taskmanager import loops

LOG = logging.getLogger(__name__)

#: Announced operations that are taken in one transaction.
_TOGETHER = 20


class Crew:
    """The operations that one process works on.

    An operation is taken when somebody says so (`wake`), when a place
    becomes free, and by a sweep every few seconds that finds what nobody
    announced. Those that are announced in one moment are taken together.
    """

    def __init__(self, db, engine, conf, owner, stopping, way):
        self._db = db
        self._engine = engine
        self._conf = conf.taskmanager
        self._owner = owner
        self._stopping = stopping
        self._way = way
        self._named = []
        self._changed = threading.Condition()
        self._leases = {}
        self._far_leases = farleases.FarLeases(db, conf.taskmanager)
        self._taking = 0
        self._look = threading.Event()
        self._ended = threading.Event()
        self._loops = [
            threading.Thread(target=loop, name=name, daemon=True)
            for name, loop in (('wake-ups', self._wake_loop),
                               ('sweep', self._sweep_loop),
                               ('leases', self._renew_loop))]

    def start(self):
        """Begin to look for operations."""
        for loop in self._loops:
            loop.start()

    def stop(self):
        """Take nothing more, and hand over what is being worked on.

        Each operation is left at its next wait. One that does not get there
        in time is left to the end of its lease.
        """
        self._stopping.set()
        self._look.set()
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(self._is_idle, self._conf.stop_grace_s)
            late = list(self._leases.values())
        for lease in late:
            lease.lose()
            LOG.warning('operation %s is left to the end of its lease',
                        lease.operation_id)
        self._ended.set()
        for loop in self._loops:
            loop.join()

    def wake(self, operation_id):
        """Take the operation soon, if there is a place and it is to be had.
        """
        with self._changed:
            self._named.append(operation_id)
            self._changed.notify_all()

    def sweep(self):
        """Take what is due, as far as there are places."""
        self._far_leases.look()
        self._take(self._conf.workers, lambda tx, places: tx.operations.take(
            self._owner, self._conf.operation_lease_s, places, flows.VERBS))

    def wait_idle(self, timeout_s):
        """Return when nothing is being worked on."""
        with self._changed:
            if not self._changed.wait_for(self._is_idle, timeout_s):
                raise exception.WaitTimeout(what='an idle crew',
                                            timeout_s=timeout_s)

    def _is_idle(self):
        return not (self._leases or self._taking)

    def _take(self, most, find):
        with self._changed:
            places = min(most, self._conf.workers - len(self._leases)
                         - self._taking)
            if places <= 0 or self._stopping.is_set():
                return
            self._taking += places
        # Till the last has begun: a thread is started in turns with those
        # that run.
        with self._way.first():
            for operation, lease in self._own(places, find):
                self._begin(operation, lease)

    def _begin(self, operation, lease):
        try:
            threading.Thread(target=self._work, args=(operation, lease),
                             name='operation-' + operation.id,
                             daemon=True).start()
        except RuntimeError as error:
            # What nobody works on must not be kept by renewing its lease.
            LOG.error('operation %s is left to the end of its lease: %s',
                      operation.id, error)
            with self._changed:
                del self._leases[lease.key]
                self._changed.notify_all()

    def _own(self, places, find):
        since, work = leases.clock(), []
        try:
            with self._db.writer() as tx:
                taken = find(tx, places)
            # Only now: what could not be stored nobody works on, and its
            # lease must not be kept up.
            work = [(operation, leases.Lease(
                operation.id, operation.fence, self._conf.operation_lease_s,
                since, self._way.give)) for operation in taken]
        finally:
            with self._changed:
                self._taking -= places
                self._leases.update((lease.key, lease) for _, lease in work)
                self._changed.notify_all()
        return work

    def _work(self, operation, lease):
        try:
            self._engine.run(operation, lease)
        finally:
            with self._changed:
                del self._leases[lease.key]
                self._changed.notify_all()
            # A place is free, and the instance's next operation may be due.
            self._look.set()

    def _wake_loop(self):
        while not self._stopping.is_set():
            with self._changed:
                self._changed.wait_for(
                    lambda: self._named or self._stopping.is_set())
                named, self._named = self._named, []
            with loops.edge(LOG, 'operations could not be taken'):
                self._take_named(named)
                named = ()
            if named:
                self._look.set()        # nobody names them again

    def _take_named(self, named):
        for start in range(0, len(named), _TOGETHER):
            some = named[start:start + _TOGETHER]
            self._take(len(some), lambda tx, places, some=some:
                       tx.operations.take(
                           self._owner, self._conf.operation_lease_s, places,
                           flows.VERBS, among=some))

    def _sweep_loop(self):
        while not self._stopping.is_set():
            self._look.clear()
            with loops.edge(LOG, 'operations could not be looked for'):
                self.sweep()
            self._look.wait(self._conf.operation_sweep_s)

    def _renew_loop(self):
        pause_s = usual_s = self._conf.operation_lease_s / 3
        while not self._ended.wait(pause_s):
            pause_s = usual_s / 4       # unless it goes well
            with loops.edge(LOG, 'leases could not be renewed'):
                # One that could not be had is just being written to.
                pause_s = usual_s if self._renew() else usual_s / 20

    def _renew(self):
        """Extend all leases; False where one could not be had just now."""
        with self._changed:
            held = list(self._leases.values())
        since = leases.clock()
        with self._db.writer() as tx:
            renewed, lost = tx.operations.renew(
                [lease.key for lease in held], self._conf.operation_lease_s)
        for lease in held:
            if lease.key in lost:
                lease.lose()
            elif lease.key in renewed:
                lease.renewed(since)
        return len(renewed) + len(lost) == len(held)
