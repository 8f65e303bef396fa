# SPDX-License-Identifier: Apache-2.0
"""Transactions: whole or not at all, and clear words when they fail."""

import contextlib
import datetime

import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from oslo_db import exception as db_exc

from trove.db import session
from trove.db import tables
from trove.tests.fixtures import database


def test_a_transaction_happens_as_a_whole(db):
    with pytest.raises(RuntimeError):
        with db.writer() as tx:
            tx.datastores.put_datastore('one')
            raise RuntimeError
    with db.reader() as tx:
        assert tx.datastores.list() == []


def test_a_reader_stores_nothing(db):
    refused = (contextlib.nullcontext() if db.engine.name == 'sqlite'
               else pytest.raises((sa.exc.SQLAlchemyError, db_exc.DBError)))
    with refused, db.reader() as tx:
        tx.datastores.put_datastore('one')
    with db.reader() as tx:
        assert tx.datastores.list() == []


def test_the_clock_of_the_database_is_utc(db):
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    assert abs((db.now() - now).total_seconds()) < 60


def test_times_keep_their_fractions(db):
    made = database.an_instance(
        db, created=datetime.datetime(2026, 1, 2, 3, 4, 5, 678901))
    assert made.created.microsecond == 678901


@pytest.mark.parametrize('engine', ['sqlite'], indirect=True,
                         scope='session')
def test_a_full_disk_is_told_and_nothing_happens(db):
    with pytest.raises(session.DatabaseFull):
        with db.connection() as connection:
            connection.exec_driver_sql('PRAGMA max_page_count = 1')
            connection.execute(sa.insert(tables.Datastore).values(
                id='1', name='x' * 10 ** 6))
    with db.writer() as tx:
        assert tx.datastores.list() == []


@pytest.mark.parametrize('code, words', [
    (1114, "The table 'operations' is full"),
    (1021, 'Disk full (/tmp/#sql); waiting for someone to free some space'),
    (1030, 'Got error 28 "No space left on device" from storage engine'),
    (3, "Error writing file '/tmp/x' (Errcode: 28 \"No space left\")")])
def test_each_word_of_mysql_for_a_full_disk_is_known(code, words):
    with pytest.raises(session.DatabaseFull), session.translated():
        raise sa.exc.OperationalError('INSERT', {}, (
            pymysql.err.OperationalError(code, words)))


def test_postgresql_s_word_for_a_full_disk_is_known():
    with pytest.raises(session.DatabaseFull), session.translated():
        raise sa.exc.OperationalError('INSERT', {}, psycopg.errors.DiskFull(
            'could not extend file'))


def test_what_deadlocks_is_done_again_and_both_get_through(db):
    pair = [database.an_instance(db).id for _ in range(2)]
    gate = database.threading.Barrier(2)
    tries = []

    @session.retried
    def swap(number):
        first, second = pair if number else reversed(pair)
        with db.writer() as tx:
            tries.append(number)
            tx.instances.record(first, name='first-%d' % number)
            if len(tries) <= 2 and db.engine.name != 'sqlite':
                gate.wait(10)
            tx.instances.record(second, name='second-%d' % number)
    assert database.at_once(2, swap) == [None, None]
    if db.engine.name != 'sqlite':
        assert len(tries) > 2
    with db.reader() as tx:
        names = {tx.instances.get(one).name for one in pair}
    assert names in ({'first-0', 'second-0'}, {'first-1', 'second-1'})


def test_many_writers_wait_for_each_other(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.guests.put_link(instance.id, 'k', 's')

    given = []

    def write(number):
        for _ in range(10):
            with db.writer() as tx:
                tx.guests.link(instance.id)     # a read before the write
                given.append(tx.guests.next_counter(instance.id))
    assert database.at_once(8, write) == [None] * 8
    assert len(given) == len(set(given)) == 80
    with db.reader() as tx:
        assert tx.guests.link(instance.id).tx_counter == max(given)


def test_a_lock_held_too_long_is_said_to_be_busy(db, new_database):
    instance = database.an_instance(db)
    hasty = session.Database(
        db.engine.url, db.keyring, lock_timeout=1)
    with db.writer() as tx:
        tx.instances.record(instance.id, name='held')
        with pytest.raises(session.DatabaseBusy):
            with hasty.writer() as other:
                other.instances.record(instance.id, name='taken')
    hasty.close()


def test_a_database_that_is_away_is_said_to_be_down(db, engine, tmp_path):
    url = ('sqlite:///%s/none/such' % tmp_path if engine == 'sqlite'
           else db.engine.url.set(port=1))
    away = session.Database(url, db.keyring, pool_timeout=2)
    with pytest.raises(session.DatabaseDown):
        away.ping()
    away.close()


def test_a_refused_password_is_said_to_be_down(db):
    if db.engine.name == 'sqlite':
        return
    other = session.Database(db.engine.url.set(password='x'), db.keyring)
    with pytest.raises(session.DatabaseDown):
        other.ping()
    other.close()


def test_retries_end(db):
    tries = []

    @session.retried
    def fail():
        tries.append(1)
        raise session.DatabaseBusy()
    with pytest.raises(session.DatabaseBusy):
        fail()
    assert len(tries) == session.TRIES


def test_a_lost_commit_is_not_repeated(db):
    tries = []

    @session.retried
    def fail():
        tries.append(1)
        raise session.CommitUnknown()
    with pytest.raises(session.CommitUnknown):
        fail()
    assert len(tries) == 1


def test_a_row_without_its_parent_is_refused(db):
    with pytest.raises(db_exc.DBReferenceError):
        with db.connection() as connection:
            connection.execute(sa.insert(tables.GuestLink).values(
                instance_id='none', key_id='k', sealed_key='s',
                tx_counter=0, boot=0, seq=0,
                created=datetime.datetime(2026, 1, 1)))


def test_the_servers_end_transactions_that_fell_silent(db):
    if db.engine.name == 'sqlite':
        return
    hasty = session.Database(db.engine.url, db.keyring,
                             idle_transaction_timeout=1)
    instance = database.an_instance(db)
    with pytest.raises(session.DatabaseDown):
        with hasty.writer() as tx:
            tx.instances.record(instance.id, name='frozen')
            database.threading.Event().wait(2.5)
            tx.instances.record(instance.id, name='thawed')
    hasty.close()
    with db.reader() as tx:
        assert tx.instances.get(instance.id).name == instance.name


def test_a_restarted_server_costs_one_answer(db, engine, request):
    if engine == 'sqlite':
        return
    server = request.getfixturevalue(engine + '_server')
    instance = database.an_instance(db)
    server.kill()
    try:
        with pytest.raises(session.DatabaseDown):
            db.ping()
    finally:
        server.boot()
    with db.writer() as tx:
        tx.instances.record(instance.id, name='after')
        assert tx.instances.get(instance.id).name == 'after'


def test_what_is_cut_off_in_the_middle_is_done_again(db, engine, request):
    if engine == 'sqlite':
        return
    server = request.getfixturevalue(engine + '_server')
    instance = database.an_instance(db)
    tries = []

    @session.retried
    def record():
        with db.writer() as tx:
            tries.append(1)
            tx.instances.record(instance.id, name='try-%d' % len(tries))
            if len(tries) == 1:
                server.kill()
                server.boot()
            tx.faults.put(instance.id, 'try')
    record()
    with db.reader() as tx:
        assert tx.instances.get(instance.id).name == 'try-2'
