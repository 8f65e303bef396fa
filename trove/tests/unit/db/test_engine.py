# SPDX-License-Identifier: Apache-2.0
"""SQLite is told what it needs to be safe for several processes."""

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
