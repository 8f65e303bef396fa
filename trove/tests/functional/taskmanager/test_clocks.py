# SPDX-License-Identifier: Apache-2.0
"""The clock of the database is set back by an hour."""

import datetime

import pytest
import sqlalchemy as sa

from trove.db import tables
from trove.taskmanager import lease

LEASE_S = 30


@pytest.fixture
def clock(monkeypatch):
    """What the taskmanagers' own clock is ahead, in a list."""
    ahead, real = [0], lease.clock
    monkeypatch.setattr(lease, 'clock', lambda: real() + ahead[0])
    return ahead


@pytest.fixture
def taken(plane):
    """The operation of a taskmanager that has it for another hour."""
    plane.conf.set_override('operation_lease_s', LEASE_S, 'taskmanager')
    plane.create()
    operation, _ = plane.take('tm-dies')
    leased_until(plane, operation, operation.lease_until
                 + datetime.timedelta(hours=1))
    return operation


def leased_until(plane, operation, when):
    with plane.db.connection() as connection:
        connection.execute(sa.update(tables.Operation).where(
            tables.Operation.id == operation.id).values(lease_until=when))


def now(plane, operation):
    with plane.db.reader() as tx:
        return tx.operations.get(operation.id)


def test_a_dead_owner_is_succeeded_in_spite_of_it(plane, taken, clock):
    looks = plane.taskmanager().crew._far_leases
    looks.look()
    clock[0] += LEASE_S
    looks.look()
    assert now(plane, taken).lease_until
    clock[0] += LEASE_S
    looks.look()
    assert now(plane, taken).lease_until is None
    plane.work(owner='tm-heir')
    assert plane.instance(taken.instance_id).status == 'ACTIVE'


def test_an_owner_that_lives_keeps_its_lease(plane, taken, clock):
    looks = plane.taskmanager().crew._far_leases
    looks.look()
    with plane.db.writer() as tx:
        assert tx.operations.renew([(taken.id, taken.fence)], LEASE_S)[0]
    clock[0] += 2 * LEASE_S
    looks.look()
    assert now(plane, taken).lease_until
