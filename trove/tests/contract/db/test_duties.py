# SPDX-License-Identifier: Apache-2.0
"""A duty is done by one process at a time, and by another when that dies."""

import sqlalchemy as sa

from trove.common import waiting
from trove.db import session
from trove.db import tables
from trove.db import types
from trove.tests.fixtures import database


def take(db, owner, lease_s=60, every_s=60):
    @session.retried
    def ask():
        with db.writer() as tx:
            return tx.duties.take('sweep', owner, lease_s, every_s)
    return ask()


def end(db, owner):
    with db.writer() as tx:
        tx.duties.end('sweep', owner)


def test_of_many_takers_one_wins(db):
    assert sorted(database.at_once(
        4, lambda number: take(db, 'tm-%d' % number))) == [
            False, False, False, True]


def test_a_duty_is_not_due_again_before_its_time(db):
    assert take(db, 'tm-1')
    end(db, 'tm-1')
    assert not take(db, 'tm-2')


def test_a_duty_that_is_done_is_free_when_it_is_due(db):
    assert take(db, 'tm-1', every_s=0)
    assert not take(db, 'tm-2', every_s=0)
    end(db, 'tm-2')
    assert not take(db, 'tm-2', every_s=0)
    end(db, 'tm-1')
    assert take(db, 'tm-2', every_s=0)


def test_a_clock_that_is_set_back_stops_no_duty(db):
    assert take(db, 'tm-dies')
    with db.connection() as connection:
        connection.execute(sa.update(tables.Duty).values(
            due=types.utcnow(3600), lease_until=types.utcnow(3600)))
    assert take(db, 'tm-heir')
    end(db, 'tm-heir')
    assert not take(db, 'tm-heir')


def test_a_dead_owner_is_succeeded(db):
    assert take(db, 'tm-dies', lease_s=0.1, every_s=0)
    waiting.until(lambda: take(db, 'tm-heir', every_s=0), 10,
                  'the end of a lease', poll_s=0.05)
    # What the dead one would have said at its end does not count.
    end(db, 'tm-dies')
    assert not take(db, 'tm-3', every_s=0)
