# SPDX-License-Identifier: Apache-2.0
"""Leases and quotas against a model, with clocks that jump.

Owners do what they like in any order, and the database's clock jumps in both
directions in between. What the model says must hold after each step.
"""

import datetime

import hypothesis
import sqlalchemy as sa
from hypothesis import stateful
from hypothesis import strategies as st

from trove.common import exception
from trove.db import tables
from trove.objects.operation import State
from trove.tests.fixtures import database

LEASE_S = 60
OWNERS = ('a', 'b', 'c')
INSTANCES = ('instance-1', 'instance-2')
UNDER_WAY = (State.RUNNING, State.REVERTING)
SEVERAL = hypothesis.settings(
    max_examples=20, stateful_step_count=25, deadline=None,
    derandomize=True, database=None)


class Model(stateful.RuleBasedStateMachine):
    """Leases and quota as they must be, beside the real ones."""

    db = None       # set by the test

    def __init__(self):
        super().__init__()
        database.empty(self.db)
        self.fences = {}        # operation -> newest fence
        self.open = {}          # operation -> instance, oldest first
        self.owned = {}         # operation -> (fence, whether it ran out)
        self.reserved, self.used = {}, {}

    @stateful.rule(instance=st.sampled_from(INSTANCES),
                   gigabytes=st.integers(1, 15))
    def promise(self, instance, gigabytes):
        taken = sum(self.reserved.values()) + sum(self.used.values())
        name = 'operation-%d' % len(self.fences)
        try:
            with self.db.writer() as tx:
                tx.operations.add('verb', instance, database.ctx(), {},
                                  operation_id=name)
                tx.quotas.reserve(database.PROJECT, name, instance,
                                  {'volumes': gigabytes}, database.LIMITS)
        except exception.QuotaExceeded:
            assert taken + gigabytes > database.LIMITS['volumes']
            return
        assert taken + gigabytes <= database.LIMITS['volumes']
        self.fences[name], self.open[name] = 0, instance
        self.reserved[name] = gigabytes

    @stateful.rule(owner=st.sampled_from(OWNERS), limit=st.integers(1, 3))
    def take(self, owner, limit):
        with self.db.writer() as tx:
            taken = tx.operations.take(owner, LEASE_S, limit)
        for one in taken:
            assert one.id not in self.owned or self.owned[one.id][1]
            oldest = next(name for name, instance in self.open.items()
                          if instance == one.instance_id)
            assert one.id == oldest
            assert one.fence == self.fences[one.id] + 1
            self.fences[one.id] = one.fence
            self.owned[one.id] = one.fence, False

    @stateful.rule(seconds=st.sampled_from((-3600, -30, 30, 61, 3600)))
    def the_clock_jumps(self, seconds):
        """The database's: seen from it, each lease ends sooner or later."""
        row = tables.Operation
        with self.db.connection() as connection:
            found = connection.execute(sa.select(
                row.id, row.lease_until).where(
                    row.lease_until.is_not(None))).all()
            for name, until in found:
                connection.execute(sa.update(row).where(row.id == name).values(
                    lease_until=until - datetime.timedelta(seconds=seconds)))
        now = self.db.now()
        for name, until in found:
            if name in self.owned:
                over = until - datetime.timedelta(seconds=seconds) < now
                self.owned[name] = self.owned[name][0], over

    @stateful.rule(data=st.data(), late=st.booleans())
    def renew(self, data, late):
        """Only the newest owner can; even after its time, if nobody came."""
        name, fence, mine = self._some(data, late)
        if name is None:
            return
        with self.db.writer() as tx:
            renewed, lost = tx.operations.renew([(name, fence)], LEASE_S)
        assert bool(renewed) is mine and bool(lost) is not mine
        if mine:
            self.owned[name] = fence, False

    @stateful.rule(data=st.data(), late=st.booleans(),
                   kept=st.booleans())
    def finish(self, data, late, kept):
        """Its end, and what was reserved, in one transaction under lease."""
        name, fence, mine = self._some(data, late)
        if name is None:
            return
        try:
            with self.db.writer((name, fence)) as tx:
                (tx.quotas.commit if kept else tx.quotas.rollback)(name)
                tx.operations.finish(
                    name, fence, State.DONE if kept else State.UNDONE)
        except exception.LeaseLost:
            assert not mine
            return
        assert mine
        del self.owned[name], self.open[name]
        size = self.reserved.pop(name)
        if kept:
            self.used[name] = size

    @stateful.rule(data=st.data(), late=st.booleans())
    def release(self, data, late):
        name, fence, mine = self._some(data, late)
        if name is None:
            return
        try:
            with self.db.writer() as tx:
                tx.operations.release(name, fence)
        except exception.LeaseLost:
            assert not mine
            return
        assert mine
        del self.owned[name]

    @stateful.invariant()
    def usage_is_the_sum_of_what_is_open_and_kept(self):
        with self.db.reader() as tx:
            found = {one.resource: one for one in tx.quotas.usages(
                database.PROJECT, database.LIMITS)}['volumes']
        assert found.in_use == sum(self.used.values())
        assert found.reserved == sum(self.reserved.values())

    @stateful.invariant()
    def one_operation_of_an_instance_is_under_way_at_most(self):
        with self.db.reader() as tx:
            busy = [one.instance_id for one in tx.operations.list(
                states=UNDER_WAY, limit=None)]
        assert len(busy) == len(set(busy))

    def _some(self, data, late):
        """(operation, fence, whether that is its newest owner's)."""
        if late:
            known = [(name, fence - 1, False)
                     for name, fence in self.fences.items() if fence > 1]
        else:
            known = [(name, fence, True)
                     for name, (fence, _) in self.owned.items()]
        if not known:
            return None, None, None
        return data.draw(st.sampled_from(known))


def test_leases_and_quotas_keep_to_their_model_whatever_the_clock_does(
        tmp_path):
    kind = type('Here', (Model,), {'db': database.sqlite(tmp_path)})
    try:
        stateful.run_state_machine_as_test(kind, settings=SEVERAL)
    finally:
        kind.db.close()
