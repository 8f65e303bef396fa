# SPDX-License-Identifier: Apache-2.0
"""Purging: what ended goes, what is needed stays."""

import contextlib

import sqlalchemy as sa

from trove.db import journal
from trove.db import tables
from trove.objects.operation import State
from trove.objects.status import Task
from trove.tests.fixtures import database


def purge(db, days=0):
    with db.writer() as tx:
        return tx.purge(days)


def count(db, table):
    with db.reading() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(table)).scalar()


def a_deleted_instance(db, **values):
    instance = database.an_instance(db, task=Task.DELETING, **values)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'k', 's')
        tx.faults.put(instance.id, 'fault')
        tx.quotas.reserve(database.PROJECT, 'o', instance.id,
                          {'instances': 1}, database.LIMITS)
        tx.quotas.release(instance.id)
        tx.instances.mark_deleted(instance.id)
    return instance


def test_a_deleted_instance_goes_with_all_that_was_its_own(db):
    source = database.an_instance(db)
    a_deleted_instance(db, replica_of=source.id)
    removed = purge(db)
    assert (removed['instances'], removed['reservations']) == (1, 1)
    for table in (tables.Fault, tables.GuestLink, tables.Reservation):
        assert count(db, table) == 0
    assert count(db, tables.ServiceStatus) == 1


def test_what_ended_lately_stays(db):
    a_deleted_instance(db)
    assert not any(purge(db, days=1).values())


def test_an_instance_with_something_left_in_the_cloud_stays(db):
    instance = a_deleted_instance(db)
    with db.writer() as tx:
        tx.resources.put(instance.id, 'volume', 'v')
    assert purge(db)['instances'] == 0
    with db.writer() as tx:
        tx.resources.forget(instance.id, 'volume', 'v')
    assert purge(db)['instances'] == 1


def test_ended_operations_go_with_their_journals(db):
    made = [database.an_operation(db) for _ in range(2)]
    with db.writer() as tx:
        tx.operations.take('a', 60, 2)
    for one in made:
        with contextlib.closing(
                journal.backend(db, (one.id, 1)).get_connection()) as own:
            own.save_logbook(journal.models.LogBook('b', one.id))
    with db.writer() as tx:
        tx.operations.finish(made[0].id, 1, State.DONE)
    removed = purge(db)
    assert (removed['operations'], removed['journal']) == (1, 1)
    with db.reader() as tx:
        assert [one.id for one in tx.operations.list()] == [made[1].id]
    assert count(db, tables.Journal) == 1


def test_numbers_of_purged_operations_are_not_handed_out_again(db):
    first = database.an_operation(db)
    with db.writer() as tx:
        tx.operations.take('a', 60, 1)
        tx.operations.finish(first.id, 1, State.DONE)
    purge(db)
    assert database.an_operation(db).number > first.number
