# SPDX-License-Identifier: Apache-2.0
"""Whole taskmanagers: they find work, share it, and hand it over."""

import threading

import pytest

from trove.common import waiting
from trove.db import journal
from trove.db import session
from trove.objects.operation import State
from trove.objects.status import Task
from trove.taskmanager import engine
from trove.taskmanager.steps import volume
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import crashes


def soon(check, timeout_s=20):
    return waiting.until(check, timeout_s, 'it', poll_s=0.02, most_s=0.1)


def is_built(plane, instance_id):
    return lambda: plane.instance(instance_id).task is Task.NONE


def is_deleted(plane, instance_id):
    return lambda: plane.instance(instance_id).deleted


def state(plane, instance_id, place=-1):
    return plane.operations(instance_id)[place].state


@pytest.fixture
def taskmanagers(plane):
    made = []

    def start(owner='tm-1'):
        made.append(plane.taskmanager(owner))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop()


def test_a_promise_that_nobody_announced_is_found(plane, taskmanagers):
    taskmanagers()
    instance_id = plane.create()
    soon(is_built(plane, instance_id))


def test_what_was_perhaps_not_taken_is_left_to_the_end_of_its_lease(
        plane, monkeypatch):
    instance_id = plane.create()
    running = plane.taskmanager()

    def lose(connection, transaction):
        transaction.commit()
        raise session.CommitUnknown()

    with monkeypatch.context() as patch:
        patch.setattr(session, '_commit', lose)
        with pytest.raises(session.CommitUnknown):
            running.crew.sweep()
    running.crew.wait_idle(0)
    assert state(plane, instance_id) is State.RUNNING
    plane.let_leases_end()
    running.crew.sweep()
    soon(is_built(plane, instance_id))
    running.crew.wait_idle(20)


def test_an_announced_promise_does_not_wait_for_the_sweep(
        plane, taskmanagers):
    plane.conf.set_override('operation_sweep_s', 3600, 'taskmanager')
    running = taskmanagers()
    instance_id = plane.create()
    [operation] = plane.operations(instance_id)
    running.crew.wake(operation.id)
    soon(is_built(plane, instance_id))


def test_more_promises_than_places_are_all_kept(plane, taskmanagers):
    plane.conf.set_override('workers', 2, 'taskmanager')
    plane.conf.set_override('operation_sweep_s', 3600, 'taskmanager')
    made = [plane.create() for _ in range(5)]
    taskmanagers()
    for instance_id in made:
        soon(is_built(plane, instance_id), 60)
    assert len(plane.cloud.compute.servers) == 5


def test_two_taskmanagers_share_the_work_without_doubling_it(
        plane, taskmanagers):
    taskmanagers('tm-1')
    taskmanagers('tm-2')
    made = [plane.create() for _ in range(6)]
    for instance_id in made:
        soon(is_built(plane, instance_id), 60)
    assert len(plane.cloud.compute.servers) == 6
    assert {found.attempts for instance_id in made
            for found in plane.operations(instance_id)} == {1}


def test_a_stop_hands_over_at_the_next_wait(plane, taskmanagers):
    plane.guests.silent = True
    instance_id = plane.create()
    first = taskmanagers('tm-1')
    soon(lambda: plane.operations(instance_id)[0].step == 'WaitHello')
    first.stop()
    [operation] = plane.operations(instance_id)
    assert (operation.state, operation.owner) == (State.PENDING, None)

    plane.guests.silent = False
    [server] = plane.cloud.compute.servers.values()
    plane.guests.on_active(server, None)
    taskmanagers('tm-2')
    soon(is_built(plane, instance_id))
    assert plane.instance(instance_id).server_id == server.id
    assert len(plane.cloud.compute.servers) == 1


def test_a_deletion_ends_a_build_that_waits(plane, taskmanagers):
    plane.guests.silent = True
    instance_id = plane.create()
    taskmanagers()
    soon(lambda: plane.operations(instance_id)[0].step == 'WaitHello')
    plane.delete(instance_id)
    soon(is_deleted(plane, instance_id))
    # The last word of an operation comes a moment after its last step.
    soon(lambda: [found.state for found in plane.operations(instance_id)] == [
        State.UNDONE, State.DONE])
    assert plane.cloud.leftovers() == []
    assert plane.usages() == (0, 0)


def test_a_frozen_owner_that_thaws_does_nothing_more(plane):
    frozen, thaw = threading.Event(), threading.Event()

    def freeze(method, when):
        if (method, when) == ('network.create_security_group', 'after'):
            if threading.current_thread().name == 'tm-frozen':
                frozen.set()
                assert thaw.wait(30)

    plane.cloud.faults.watch(freeze)
    instance_id = plane.create()
    operation, lease = plane.take('tm-frozen')
    old = threading.Thread(target=plane.run, args=(operation, lease),
                           name='tm-frozen')
    old.start()
    assert frozen.wait(10)
    plane.let_leases_end()
    plane.work(owner='tm-heir')
    assert state(plane, instance_id) is State.DONE
    calls = len(plane.cloud.faults.calls)

    thaw.set()
    old.join(10)
    assert len(plane.cloud.faults.calls) == calls
    assert plane.instance(instance_id).task is Task.NONE
    assert len(plane.cloud.compute.servers) == 1


def test_a_lease_that_runs_out_here_stops_the_work_here(plane):
    plane.guests.silent = True
    instance_id = plane.create()
    operation, lease = plane.take()
    worker = threading.Thread(target=plane.run, args=(operation, lease))
    worker.start()
    soon(lambda: plane.operations(instance_id)[0].step == 'WaitHello')
    lease.lose()
    worker.join(5)
    assert not worker.is_alive()
    # Nothing was written: for the database it is still the owner's.
    assert state(plane, instance_id) is State.RUNNING
    assert len(plane.cloud.compute.servers) == 1


def test_leases_are_renewed_while_the_work_goes_on(plane, taskmanagers):
    plane.conf.set_override('operation_lease_s', 1, 'taskmanager')
    plane.guests.silent = True
    instance_id = plane.create()
    taskmanagers('tm-1')
    soon(lambda: plane.operations(instance_id)[0].step == 'WaitHello')
    first = plane.operations(instance_id)[0].lease_until
    soon(lambda: plane.operations(instance_id)[0].lease_until > first)
    [operation] = plane.operations(instance_id)
    assert (operation.owner, operation.attempts) == ('tm-1', 1)


def test_a_verb_of_a_newer_release_is_left_to_it(plane):
    instance_id = plane.create()
    plane.work()
    with plane.db.writer() as tx:
        tx.operations.add('upgrade_everything', instance_id,
                          control_plane.CTX, {})
    running = plane.taskmanager()
    running.crew.sweep()
    running.crew._take_named([plane.operations(instance_id)[-1].id])
    assert state(plane, instance_id) is State.PENDING


def test_a_defect_in_a_step_is_a_fault_that_hides_its_insides(
        plane, monkeypatch):
    def explode(self, **_):
        raise KeyError('secret-detail')

    monkeypatch.setattr(volume.CreateVolume, 'execute', explode)
    monkeypatch.setattr(volume.CreateVolume, 'needs', ())
    instance_id = plane.create()
    plane.work()
    fault = plane.instance(instance_id).fault
    assert fault.message == 'CreateVolume: an internal error (KeyError)'
    assert 'secret-detail' not in fault.details


def test_an_engine_that_cannot_begin_tries_again_and_then_gives_up(
        plane, monkeypatch):
    plane.conf.set_override('operation_attempts', 2, 'taskmanager')

    def broken(*_):
        raise RuntimeError('no journal')

    monkeypatch.setattr(engine, '_open', broken)
    instance_id = plane.create()
    for _ in range(2):
        plane.let_leases_end()
        plane.work()
    assert state(plane, instance_id) is State.FAILED
    assert plane.instance(instance_id).status == 'ERROR'


def test_a_database_that_is_away_is_no_reason_to_give_up(
        plane, monkeypatch):
    plane.conf.set_override('operation_attempts', 1, 'taskmanager')
    instance_id = plane.create()

    def fail(*_):
        raise session.DatabaseFull()

    with monkeypatch.context() as patch:
        patch.setattr(journal.Connection, 'update_atom_details', fail)
        plane.work()
    assert state(plane, instance_id) is State.PENDING
    crashes.recover(plane)
    assert plane.instance(instance_id).status == 'ACTIVE'


def test_what_no_thread_can_be_had_for_is_left_to_others(
        plane, monkeypatch):
    class Threadless(threading.Thread):
        def start(self):
            raise RuntimeError("can't start new thread")

    instance_id = plane.create()
    made = plane.taskmanager().crew
    with monkeypatch.context() as patch:
        patch.setattr(threading, 'Thread', Threadless)
        made.sweep()
    made.wait_idle(0)
    crashes.recover(plane)
    assert plane.instance(instance_id).status == 'ACTIVE'


def test_an_operation_that_was_being_undone_goes_on_with_that(plane):
    plane.cloud.faults.fail('compute.boot', 'refused')
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    instance_id = plane.create()
    plane.work()
    assert state(plane, instance_id) is State.FAILED
    plane.cloud.faults.clear()
    with plane.db.writer() as tx:
        tx.steering.resume(plane.operations(instance_id)[-1].id)
    plane.work()
    assert state(plane, instance_id) is State.UNDONE
    assert plane.instance(instance_id).status == 'ERROR'
    assert plane.cloud.leftovers() == []
