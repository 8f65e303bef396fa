# SPDX-License-Identifier: Apache-2.0
"""When an operation is ours, and when work on it must stop."""

import contextlib
import threading
import types

import pytest

from trove.common import exception
from trove.taskmanager import lease


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(lease, 'clock', made)
    return made


class Database:
    """Answers whether an operation is cancelled."""

    def __init__(self):
        self.cancelled = False
        self.down = False
        self.asked = 0

    @contextlib.contextmanager
    def reader(self):
        self.asked += 1
        if self.down:
            raise exception.Unavailable('away')
        yield types.SimpleNamespace(operations=types.SimpleNamespace(
            cancelled=lambda operation_id: self.cancelled))


def test_a_lease_ends_here_before_it_ends_in_the_database(clock):
    held = lease.Lease('op', 1, 30, since=clock())
    clock.now += 25
    held.hold()
    clock.now += 1
    with pytest.raises(lease.LeftByLoss):
        held.hold()


def test_a_renewed_lease_counts_from_when_it_was_asked_for(clock):
    held = lease.Lease('op', 1, 30, since=clock())
    clock.now += 20
    held.renewed(since=110)
    clock.now = 135
    held.hold()
    clock.now = 136
    with pytest.raises(lease.LeftByLoss):
        held.hold()


def test_a_lost_lease_is_lost_at_once(clock):
    held = lease.Lease('op', 1, 30, since=clock())
    held.lose()
    with pytest.raises(lease.LeftByLoss):
        held.hold()


def test_no_step_can_take_leaving_for_a_failure():
    assert not issubclass(lease.Left, Exception)


@pytest.fixture
def watch(clock):
    db = Database()
    return lease.Watch(lease.Lease('op', 1, 30, since=clock()), db,
                       threading.Event(), cancel_poll_s=1), db


def test_a_stop_ends_the_work(clock):
    stopping = threading.Event()
    one = lease.Watch(lease.Lease('op', 1, 30, since=clock()), Database(),
                      stopping)
    one.check()
    stopping.set()
    with pytest.raises(lease.LeftByStop):
        one.check()


def test_a_cancelled_operation_fails_but_its_undoing_goes_on(watch, clock):
    one, db = watch
    db.cancelled = True
    with pytest.raises(exception.Cancelled):
        one.check()
    one.undoing = True
    clock.now += 2
    one.check()


def test_cancelling_is_looked_for_now_and_then_not_always(watch, clock):
    one, db = watch
    for _ in range(10):
        one.check()
    assert db.asked == 1
    clock.now += 1
    one.check()
    assert db.asked == 2


def test_a_database_that_is_away_cancels_nothing(watch):
    one, db = watch
    db.down = True
    one.check()
