# SPDX-License-Identifier: Apache-2.0
"""SQLite is told what it needs to be safe for several processes, and who
reads looks whether the server is there."""

import socket

from trove.db import engine
from trove.tests.fixtures import database


def test_sqlite_keeps_our_promises(tmp_path):
    db = database.sqlite(tmp_path)
    with db.reading() as connection:
        def asked(pragma):
            return connection.exec_driver_sql('PRAGMA ' + pragma).scalar()
        assert asked('journal_mode') == 'wal'
        assert asked('foreign_keys') == 1
        assert asked('busy_timeout') == 10000


def test_sqlite_writers_take_their_lock_at_once(tmp_path):
    db = database.sqlite(tmp_path)
    begun = []
    database.sa.event.listen(
        db.engine, 'before_cursor_execute',
        lambda c, cursor, statement, *rest: begun.append(statement))
    with db.writer() as tx:
        tx.now()
    with db.reader() as tx:
        tx.now()
    assert begun[0] == 'BEGIN IMMEDIATE' and begun[2] == 'BEGIN'


class Driver:
    """A connection of a driver that shows its socket, or does not."""

    def __init__(self, place=None, **more):
        self.__dict__.update(more)
        if place is not None:
            self.fileno = place.fileno


def test_a_connection_is_quiet_until_the_server_says_something():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for one in (Driver(ours), Driver(_sock=ours)):
            assert engine._is_quiet(one)
        theirs.close()      # its last word
        for one in (Driver(ours), Driver(_sock=ours)):
            assert not engine._is_quiet(one)


def test_who_cannot_tell_is_asked():
    closed = socket.socket()
    closed.close()
    for one in (Driver(), Driver(_sock=None), Driver(closed)):
        assert not engine._is_quiet(one)
