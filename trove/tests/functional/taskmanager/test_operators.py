# SPDX-License-Identifier: Apache-2.0
"""Operators steer operations of a taskmanager that runs."""

import contextlib
import io
import re
import uuid

import pytest

from trove.common import waiting
from trove.db.repos import steering
from trove.objects.operation import State
from trove.tests.fixtures import operator_desk
from trove.tests.functional.taskmanager import test_orphans as leavings


@pytest.fixture
def operator(plane):
    return operator_desk.Operator(plane)


@pytest.fixture
def running(plane):
    """A taskmanager at work, until the test ends."""
    with contextlib.ExitStack() as stack:
        made = plane.taskmanager()
        made.start()
        stack.callback(made.stop)
        yield made


def soon(check, what='it'):
    return waiting.until(check, 15, what, poll_s=0.02, most_s=0.1)


def last(plane, instance_id):
    return plane.operations(instance_id)[-1]


def is_in(plane, instance_id, state):
    return lambda: last(plane, instance_id).state is state


def at(plane, instance_id, step):
    return lambda: last(plane, instance_id).step == step


def a_failed_delete(plane):
    """A delete that was tried until it failed for good."""
    plane.conf.set_override('operation_attempts', 2, 'taskmanager')
    instance_id = plane.create()
    soon(is_in(plane, instance_id, State.DONE))
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    plane.delete(instance_id)
    soon(is_in(plane, instance_id, State.FAILED))
    return instance_id


def test_a_failed_delete_is_shown_resumed_and_done(
        plane, operator, running):
    instance_id = a_failed_delete(plane)
    assert plane.instance(instance_id).status == 'ERROR'
    operation = last(plane, instance_id)
    shown = operator.types('operation', 'show', operation.id)
    assert re.search(r'attempts +2\n', shown)
    assert re.search(r'error +DeleteVolumes: .*refused', shown)
    assert re.search(r'DeletePorts +SUCCESS +EXECUTE +20\d\d-.* 20\d\d-',
                     shown)
    assert operation.id in operator.types('operation', 'list')

    plane.cloud.faults.clear()
    operator.types('operation', 'resume', operation.id)
    soon(is_in(plane, instance_id, State.DONE))
    assert plane.instance(instance_id).deleted
    assert plane.cloud.leftovers() == [] and plane.usages() == (0, 0)
    assert operation.id not in operator.types('operation', 'list')


def test_a_stuck_create_is_reverted(plane, operator, running):
    plane.guests.silent = True
    instance_id = plane.create()
    soon(at(plane, instance_id, 'WaitHello'))
    operator.types('operation', 'revert', last(plane, instance_id).id)
    soon(is_in(plane, instance_id, State.UNDONE))
    assert plane.cloud.leftovers() == [] and plane.broker.users == {}
    assert plane.instance(instance_id).status == 'ERROR'


def test_a_create_that_could_not_be_undone_is_reverted_later(
        plane, operator, running):
    plane.guests.refuses = 'no'
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    instance_id = plane.create()
    soon(is_in(plane, instance_id, State.FAILED))
    assert plane.cloud.leftovers()
    plane.cloud.faults.clear()
    operator.types('operation', 'revert', last(plane, instance_id).id)
    soon(is_in(plane, instance_id, State.UNDONE))
    assert plane.cloud.leftovers() == []
    assert plane.resources(instance_id) == []


def test_a_running_create_is_cancelled(plane, operator, running):
    plane.guests.deaf = True
    instance_id = plane.create()
    soon(at(plane, instance_id, 'PrepareGuest'))
    said = operator.types('operation', 'cancel',
                          last(plane, instance_id).id)
    assert 'to be undone' in said
    soon(is_in(plane, instance_id, State.UNDONE))
    assert last(plane, instance_id).error_code == 'cancelled'
    assert plane.cloud.leftovers() == []


def test_a_waiting_create_is_cancelled_before_it_made_anything(
        plane, operator):
    instance_id = plane.create()
    operator.types('operation', 'cancel', last(plane, instance_id).id)
    plane.work()
    assert last(plane, instance_id).state is State.UNDONE
    assert plane.cloud.leftovers() == []
    assert 'compute.boot' not in plane.cloud.faults.calls


def test_a_delete_cannot_be_undone_and_says_so_at_once(
        plane, operator):
    instance_id = plane.create()
    plane.work()
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    plane.delete(instance_id)
    operator.types('operation', 'cancel', last(plane, instance_id).id)
    plane.work()
    assert last(plane, instance_id).state is State.FAILED
    assert last(plane, instance_id).error_code == 'cancelled'

    plane.cloud.faults.clear()
    operator.types('operation', 'resume', last(plane, instance_id).id)
    plane.work()
    assert last(plane, instance_id).state is State.DONE
    assert plane.instance(instance_id).deleted


def test_what_is_done_is_not_steered(plane, operator):
    instance_id = plane.create()
    plane.work()
    for verb in ('resume', 'cancel', 'revert'):
        with pytest.raises(steering.CannotSteer):
            operator.types('operation', verb, last(plane, instance_id).id)


# --- orphans

def test_orphans_are_listed_and_removed_after_a_yes(
        plane, operator, monkeypatch):
    assert operator.types('orphans', 'list').endswith('\n0 orphans\n')
    left = leavings.leave(plane, leavings.a_deleted_instance(plane))
    listed = operator.types('orphans_list', '--minutes', '0')
    assert '%d orphans' % len(left) in listed
    for kind, external_id in left:
        assert re.search(r'%s +%s .*deleted' % (kind, external_id), listed)
    assert '0 orphans' in operator.types('orphans', 'list')

    clean = ('orphans', 'clean', '--minutes', '0')
    monkeypatch.setattr('sys.stdin', io.StringIO('no\n'))
    operator.types(*clean)
    assert plane.cloud.leftovers()
    monkeypatch.setattr('sys.stdin', io.StringIO('yes\n'))
    said = operator.types(*clean)
    assert said.count(': removed') == len(left)
    assert plane.cloud.leftovers() == []


def test_what_may_be_anothers_is_removed_on_request_only(plane, operator):
    leavings.leave(plane, str(uuid.uuid4()))
    clean = ('orphans', 'clean', '--minutes', '0', '--yes')
    assert 'stay: its instance is not on record' in operator.types(*clean)
    assert plane.cloud.leftovers()
    operator.types(*clean, '--unknown')
    assert plane.cloud.leftovers() == []


def test_an_orphan_that_stays_is_a_failure(plane, operator):
    leavings.leave(plane, leavings.a_deleted_instance(plane))
    plane.cloud.faults.fail('compute.delete_group', 'refused', times=None)
    with pytest.raises(Exception, match='1 could not be removed'):
        operator.types('orphans', 'clean', '--minutes', '0', '--yes')
