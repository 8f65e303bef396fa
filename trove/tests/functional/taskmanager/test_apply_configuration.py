# SPDX-License-Identifier: Apache-2.0
"""A group's values reach an engine wholly or not at all."""

import pytest

from trove.objects import operation
from trove.objects.operation import State
from trove.objects.status import Task
from trove.operations import actions
from trove.operations import apply_configuration
from trove.operations import configurations
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import groups


@pytest.fixture
def plane(tmp_path, template):
    made = control_plane.ControlPlane(tmp_path, template)
    yield made
    made.close()


#: situation: (values in files, values in the engine, task, attached)
ENDS = {
    groups.attach: (groups.VALUES, {'size': 1}, Task.RESTART_REQUIRED, True),
    groups.attach_in_vain: ({}, {'size': 512}, Task.NONE, False),
    groups.detach: ({}, {'size': 512}, Task.NONE, False),
    groups.edit: (groups.VALUES, {'size': 1}, Task.RESTART_REQUIRED, True),
}


def check(plane, situation, instance_id):
    found = plane.instance(instance_id)
    if situation is groups.delete_meanwhile:
        assert found.deleted
        return
    files, engine, task, attached = ENDS[situation]
    in_vain = situation is groups.attach_in_vain
    guests = plane.guests
    assert guests.overrides.get(instance_id, {}) == files
    assert guests.applied.get(instance_id, engine) == engine
    assert (found.configuration_id is not None) is attached
    assert found.task is task
    assert (found.fault is not None) is in_vain
    assert plane.operations(instance_id)[-1].state is (
        State.UNDONE if in_vain else State.DONE)


@pytest.mark.parametrize('situation', [*ENDS, groups.delete_meanwhile],
                         ids=lambda situation: situation.__name__)
def test_it_ends_wholly_or_not_at_all(situation, plane):
    instance_id = situation(plane)
    plane.work()
    check(plane, situation, instance_id)


def test_one_that_is_cancelled_before_it_began_holds_nothing(plane):
    instance_id = groups.attach(plane)
    with plane.db.writer() as tx:
        tx.operations.request_cancel(instance_id)
    plane.work()
    found = plane.instance(instance_id)
    assert found.task is Task.NONE
    assert found.configuration_id is None
    assert plane.operations(instance_id)[-1].error_code == 'cancelled'


@pytest.fixture
def taskmanager(plane):
    """Works on promises while the test waits for them."""
    running = plane.taskmanager()
    running.start()
    yield running
    running.stop()


def test_who_is_refused_an_edit_may_go_on_at_once(plane, taskmanager):
    instance_id = groups.edit(plane)
    group_id = plane.instance(instance_id).configuration_id
    plane.guests.refused_values = (('size', 7),)
    with pytest.raises(apply_configuration.ValuesRefused, match='size'):
        configurations.edit(control_plane.CTX, plane.deps, group_id,
                            {'size': 7})
    assert plane.guests.applied[instance_id]['size'] == 1
    assert _all_over(plane, instance_id)
    with plane.db.writer() as tx:
        tx.instances.claim(instance_id, Task.REBOOTING,
                           allowed=actions.FREE)


def test_a_silent_guest_is_not_waited_for_twice(plane, monkeypatch):
    instance_id = groups.edit(plane)
    plane.work()
    group_id = plane.instance(instance_id).configuration_id
    plane.conf.set_override('agent_call_high_timeout', 1)
    again = []
    monkeypatch.setattr(apply_configuration, 'let_settle',
                        lambda *words: again.append(words))
    with pytest.raises(apply_configuration.NoAnswer):
        # No taskmanager is there to ask it.
        configurations.edit(control_plane.CTX, plane.deps, group_id,
                            {'size': 7})
    assert not again
    plane.work()
    assert plane.guests.applied[instance_id]['size'] == 1


def test_an_edit_waits_for_the_one_before_it(plane, taskmanager):
    instance_id = groups.edit(plane)        # nobody waited for that
    group_id = plane.instance(instance_id).configuration_id
    configurations.edit(control_plane.CTX, plane.deps, group_id, {'size': 9})
    assert plane.guests.applied[instance_id]['size'] == 9
    assert _all_over(plane, instance_id)


def test_an_edit_does_not_wait_for_longer_work(plane):
    instance_id = groups.edit(plane)
    plane.work()
    group_id = plane.instance(instance_id).configuration_id
    with plane.db.writer() as tx:
        tx.instances.set_task(instance_id, Task.RESIZING)
    configurations.edit(control_plane.CTX, plane.deps, group_id, {'size': 9})
    assert plane.guests.applied[instance_id]['size'] == 1


def _all_over(plane, instance_id):
    return all(one.state in operation.ENDS
               for one in plane.operations(instance_id))
