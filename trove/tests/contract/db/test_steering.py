# SPDX-License-Identifier: Apache-2.0
"""Operators resume, cancel and revert; the lease rules stay in force."""

import pytest

from trove.db.repos import steering
from trove.objects.operation import State
from trove.tests.fixtures import database


def ended(db, state, instance_id='instance-1'):
    operation = database.an_operation(db, instance_id,
                                      arguments={'password': 's3cr3t'})
    with db.writer() as tx:
        (taken,) = tx.operations.take('a', 60, 1)
        tx.operations.finish(taken.id, taken.fence, state, 'code', 'words')
    return operation


def steer(db, verb, operation):
    with db.writer() as tx:
        getattr(tx.steering, verb)(operation.id)
        return tx.operations.get(operation.id)


def take(db):
    with db.writer() as tx:
        return tx.operations.take('b', 60, 10)


def test_a_failed_operation_goes_on_where_it_stopped(db):
    operation = ended(db, State.FAILED)
    resumed = steer(db, 'resume', operation)
    assert (resumed.state, resumed.error, resumed.finished) == (
        State.PENDING, None, None)
    (taken,) = take(db)
    assert taken.id == operation.id and taken.fence == 2
    assert taken.arguments == {'password': 's3cr3t'}


def test_a_failed_operation_is_undone(db):
    reverting = steer(db, 'revert', ended(db, State.FAILED))
    assert (reverting.state, reverting.cancel) == (State.REVERTING, True)
    assert take(db)[0].state is State.REVERTING


@pytest.mark.parametrize('verb', ('resume', 'cancel', 'revert'))
@pytest.mark.parametrize('end', (State.DONE, State.UNDONE))
def test_what_is_done_or_undone_stays_so(db, verb, end):
    operation = ended(db, end)
    with pytest.raises(steering.CannotSteer):
        steer(db, verb, operation)
    assert not take(db)


@pytest.mark.parametrize('verb', ('resume', 'revert'))
def test_a_failed_operation_does_not_cut_in_on_a_later_one(db, verb):
    operation = ended(db, State.FAILED)
    later = database.an_operation(db, 'instance-1')
    with pytest.raises(steering.CannotSteer, match='later operation'):
        steer(db, verb, operation)
    assert [one.id for one in take(db)] == [later.id]


@pytest.mark.parametrize('verb', ('resume', 'revert'))
def test_a_failed_operation_does_not_undo_what_was_done_since(db, verb):
    operation = ended(db, State.FAILED)
    ended(db, State.DONE)
    with pytest.raises(steering.CannotSteer, match='later operation'):
        steer(db, verb, operation)
    assert not take(db)


@pytest.mark.parametrize('verb', ('resume', 'revert'))
def test_what_came_later_in_vain_is_no_hindrance(db, verb):
    operation = ended(db, State.FAILED)
    ended(db, State.UNDONE)
    assert not steer(db, verb, operation).state.is_end


def test_resuming_wakes_what_rests(db):
    operation = database.an_operation(
        db, not_before=db.now().replace(year=2099))
    assert not take(db)
    steer(db, 'resume', operation)
    assert take(db)


@pytest.mark.parametrize('verb', ('cancel', 'revert'))
def test_an_unfinished_operation_is_asked_to_undo_itself(db, verb):
    operation = database.an_operation(db)
    (taken,) = take(db)
    asked = steer(db, verb, operation)
    assert asked.cancel and asked.state is State.RUNNING
    assert (asked.owner, asked.fence) == (taken.owner, taken.fence)
