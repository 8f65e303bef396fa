# SPDX-License-Identifier: Apache-2.0
"""Leases: whoever wins, exactly one does, and the loser's writes fail."""

import datetime
import time

import pytest
import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.objects.operation import State
from trove.tests.fixtures import database


def take(db, owner='a', lease_s=60, limit=10, **choice):
    with db.writer() as tx:
        return tx.operations.take(owner, lease_s, limit, **choice)


def waiting(db):
    with db.reader() as tx:
        return tx.operations.waiting()


def test_one_of_many_takers_wins_each_operation(db):
    for _ in range(10):
        database.an_operation(db)
    taken = database.at_once(8, lambda number: take(db, str(number)))
    numbers = [one.number for some in taken for one in some]
    assert len(numbers) == len(set(numbers)) == 10


def test_one_of_many_takers_wins_a_named_operation(db):
    operation = database.an_operation(db)

    def take_it(number):
        with db.writer() as tx:
            return tx.operations.take(str(number), 60, 1,
                                      among=[operation.id])
    won = [one for taken in database.at_once(8, take_it) for one in taken]
    assert [(one.id, one.fence, one.attempts, one.state) for one in won] == [
        (operation.id, 1, 1, State.RUNNING)]


def test_two_takers_of_one_owner_never_have_the_same(db):
    """A process takes what is announced and what it finds, at one time."""
    made = [database.an_operation(db).id for _ in range(2)]
    with db.writer() as tx:
        seen = [tx.operations.get(one) for one in made]
    assert [one.id for one in take(db, among=made[:1])] == made[:1]
    with db.writer() as tx:
        assert [one.id for one in tx.operations._own(seen, 'a', 60)] == (
            made[1:])


def test_operations_are_taken_in_the_order_of_their_promises(db):
    made = [database.an_operation(db).id for _ in range(5)]
    assert [one.id for one in take(db, limit=3)] == made[:3]
    assert [one.id for one in take(db)] == made[3:]


def test_of_those_that_were_named_all_that_are_due_are_taken(db):
    made = [database.an_operation(db).id for _ in range(4)]
    with db.writer() as tx:
        assert [one.id for one in tx.operations.take(
            'a', 60, 9, among=[made[2], 'unknown', made[0]])] == [
                made[0], made[2]]
        assert not tx.operations.take('b', 60, 9, among=made[:1])


def test_operations_of_one_instance_never_overlap(db):
    first = database.an_operation(db, 'instance-1')
    second = database.an_operation(db, 'instance-1')
    (taken,) = take(db)
    assert taken.id == first.id
    assert not take(db) and waiting(db) == 0
    with db.writer() as tx:
        assert not tx.operations.take('a', 60, 1, among=[second.id])
        tx.operations.finish(first.id, taken.fence, State.DONE)
    assert [one.id for one in take(db)] == [second.id]


def test_a_lease_that_is_over_goes_to_another_owner(db):
    operation = database.an_operation(db)
    take(db, 'a', lease_s=-1)
    assert waiting(db) == 1
    (taken,) = take(db, 'b')
    assert (taken.id, taken.owner, taken.fence, taken.attempts) == (
        operation.id, 'b', 2, 2)


def test_a_running_lease_is_left_alone(db):
    database.an_operation(db)
    take(db)
    assert not take(db, 'b') and waiting(db) == 0


def test_leases_are_counted_by_the_clock_of_the_database(db):
    database.an_operation(db)
    (taken,) = take(db, lease_s=60)
    left = (taken.lease_until - db.now()).total_seconds()
    assert 55 < left <= 60


def test_the_former_owner_can_write_nothing_more(db):
    instance = database.an_instance(db)
    operation = database.an_operation(db, instance.id)
    take(db, 'a', lease_s=-1)
    take(db, 'b')
    with pytest.raises(exception.LeaseLost):
        with db.writer((operation.id, 1)) as tx:
            tx.instances.record(instance.id, server_id='doubled')
    with db.writer() as tx:
        assert tx.operations.renew([(operation.id, 1)], 60) == (
            set(), {(operation.id, 1)})
        for write in (tx.operations.release, tx.operations.progress):
            with pytest.raises(exception.LeaseLost):
                write(operation.id, 1)
        with pytest.raises(exception.LeaseLost):
            tx.operations.finish(operation.id, 1, State.DONE)
        assert tx.instances.get(instance.id).server_id is None


def test_nobody_takes_over_in_the_middle_of_a_leased_write(db):
    instance = database.an_instance(db)
    operation = database.an_operation(db, instance.id)
    take(db, 'a', lease_s=-1)
    order = []

    def act(number):
        if number == 0:
            with db.writer((operation.id, 1)) as tx:
                started.set()
                overtaken.wait(0.5)
                tx.instances.record(instance.id, server_id='mine')
                order.append('write')
        else:
            started.wait(10)
            while not (taken := take(db, 'b')):
                overtaken.wait(0.05)
            order.append('take')
            overtaken.set()
            return taken[0].fence

    started, overtaken = (database.threading.Event(),
                          database.threading.Event())
    assert database.at_once(2, act) == [None, 2]
    assert order == ['write', 'take']


@pytest.mark.parametrize('engine', ['mariadb', 'postgresql'],
                         indirect=True, scope='session')
def test_a_row_that_is_locked_keeps_nobody_from_the_others(db):
    """Its owner was frozen in the middle of a write, say. (Who writes to
    SQLite locks everything.)"""
    made = [database.an_operation(db) for _ in range(4)]
    frozen, mine, *free = [one.id for one in made]
    take(db, among=[frozen], lease_s=-1)
    take(db, among=[mine])
    began = time.monotonic()
    with db.writer((frozen, 1)):
        renewed, lost = database.at_once(1, lambda _: renew(
            db, (frozen, 1), (mine, 1), (mine, 7)))[0]
        assert (renewed, lost) == ({(mine, 1)}, {(mine, 7)})
        end_leases(db)
        taken = database.at_once(1, lambda _: take(db, 'heir'))[0]
    assert [one.id for one in taken] == [mine, *free]
    assert time.monotonic() - began < 5


def renew(db, *keys):
    with db.writer() as tx:
        return tx.operations.renew(list(keys), 60)


def end_leases(db):
    """All but those whose row is locked."""
    with db.connection() as connection:
        numbers = connection.execute(sa.select(
            tables.Operation.number).with_for_update(skip_locked=True)
        ).scalars().all()
        connection.execute(sa.update(tables.Operation).where(
            tables.Operation.number.in_(numbers),
            tables.Operation.owner.is_not(None)).values(
                lease_until=datetime.datetime(2020, 1, 1)))


def test_the_owner_renews_its_lease(db):
    operation = database.an_operation(db)
    (taken,) = take(db, lease_s=1)
    with db.writer() as tx:
        key = operation.id, taken.fence
        assert tx.operations.renew([key], 60) == ({key}, set())
        renewed = tx.operations.get(operation.id)
    assert renewed.lease_until > taken.lease_until


def test_released_work_is_taken_again_with_its_progress(db):
    operation = database.an_operation(db)
    (taken,) = take(db)
    with db.writer() as tx:
        tx.operations.progress(operation.id, taken.fence, step='CreateVolume')
        tx.operations.release(operation.id, taken.fence)
    (again,) = take(db, 'b')
    assert (again.step, again.fence, again.attempts) == (
        'CreateVolume', 2, 2)


def test_work_that_rests_is_taken_only_when_its_time_has_come(db):
    operation = database.an_operation(db)
    (taken,) = take(db)
    later = db.now() + datetime.timedelta(seconds=60)
    with db.writer() as tx:
        tx.operations.release(operation.id, taken.fence, not_before=later)
    assert not take(db) and waiting(db) == 0
    with db.connection() as connection:
        connection.execute(sa.update(tables.Operation).values(
            not_before=db.now()))
    assert [one.id for one in take(db)] == [operation.id]


def test_released_while_reverting_it_goes_on_reverting(db):
    operation = database.an_operation(db)
    (taken,) = take(db)
    with db.writer() as tx:
        tx.operations.progress(operation.id, taken.fence,
                               state=State.REVERTING)
        tx.operations.release(operation.id, taken.fence)
    assert take(db)[0].state is State.REVERTING


def test_only_the_verbs_asked_for_are_taken(db):
    database.an_operation(db, verb='delete_instance')
    wanted = database.an_operation(db, verb='create_instance')
    assert [one.id for one in take(db, verbs=('create_instance',))] == [
        wanted.id]


def test_cancelling_reaches_all_unfinished_operations_but_one(db):
    first = database.an_operation(db, 'instance-1')
    second = database.an_operation(db, 'instance-1')
    other = database.an_operation(db, 'instance-2')
    with db.writer() as tx:
        tx.operations.request_cancel('instance-1', except_id=second.id)
    with db.reader() as tx:
        assert [tx.operations.cancelled(one.id)
                for one in (first, second, other)] == [True, False, False]


def test_arguments_cannot_be_read_in_the_database(db):
    operation = database.an_operation(
        db, arguments={'users': [{'name': 'u', 'password': 's3cr3t!'}]})
    with db.reading() as connection:
        stored = connection.execute(
            sa.select(tables.Operation.arguments)).scalar()
    assert 's3cr3t!' not in stored and '"users"' not in stored
    with db.reader() as tx:
        kept = tx.operations.get(operation.id).arguments
    assert kept['users'][0]['password'] == 's3cr3t!'


@pytest.mark.parametrize('end, kept', (
    (State.DONE, None), (State.UNDONE, None), (State.FAILED, 's3cr3t')))
def test_secrets_are_forgotten_when_nothing_can_need_them(db, end, kept):
    operation = database.an_operation(
        db, arguments={'root_password': 's3cr3t', 'image_id': 'i',
                       'users': [{'name': 'u', 'password': 's3cr3t'}]})
    take(db)
    with db.writer() as tx:
        tx.operations.finish(operation.id, 1, end, 'code', 'words')
        ended = tx.operations.get(operation.id)
    assert ended.arguments == {
        'root_password': kept, 'image_id': 'i',
        'users': [{'name': 'u', 'password': kept}]}
    assert (ended.state, ended.error_code, ended.error, ended.owner) == (
        end, 'code', 'words', None)
    assert ended.finished is not None


def test_an_operation_cannot_end_in_a_state_that_is_no_end(db):
    operation = database.an_operation(db)
    take(db)
    with db.writer() as tx, pytest.raises(ValueError):
        tx.operations.finish(operation.id, 1, State.RUNNING)


def test_operations_are_listed_newest_first(db):
    made = [database.an_operation(db, 'instance-1').id for _ in range(3)]
    database.an_operation(db, 'instance-2')
    with db.reader() as tx:
        assert [one.id for one in tx.operations.list(
            instance_id='instance-1', limit=2)] == [made[2], made[1]]
        assert tx.operations.list(states=(State.DONE,)) == []
