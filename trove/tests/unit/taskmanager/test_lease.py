# SPDX-License-Identifier: Apache-2.0
"""When an operation is ours, and when work on it must stop."""

import threading
import time

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


def test_a_stop_ends_the_work(clock):
    stopping = threading.Event()
    watch = lease.Watch(lease.Lease('op', 1, 30, since=clock()),
                        lambda operation_id: False, stopping)
    watch.check()
    stopping.set()
    with pytest.raises(lease.LeftByStop):
        watch.check()


def test_a_cancelled_operation_fails_but_its_undoing_goes_on(clock):
    watch = lease.Watch(lease.Lease('op', 1, 30, since=clock()),
                        lambda operation_id: operation_id == 'op')
    with pytest.raises(exception.Cancelled):
        watch.check()
    watch.undoing = True
    watch.check()


def test_a_database_that_is_away_cancels_nothing(clock):
    def away(operation_id):
        raise exception.Unavailable('away')

    lease.Watch(lease.Lease('op', 1, 30, since=clock()), away).check()


@pytest.mark.parametrize('jump_s', [86400, -86400])
def test_a_clock_that_is_set_neither_ends_nor_prolongs_a_lease(monkeypatch,
                                                               jump_s):
    began, wall = lease.clock(), time.time()
    held = lease.Lease('op', 1, 30, since=began)
    monkeypatch.setattr(time, 'time', lambda: wall + jump_s)
    held.hold()
    assert 0 <= lease.clock() - began < 20
    over = lease.Lease('op', 1, 30, since=began - 31)
    with pytest.raises(lease.LeftByLoss):
        over.hold()
