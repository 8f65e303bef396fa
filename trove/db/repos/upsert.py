# SPDX-License-Identifier: Apache-2.0
"""Insert or update in one statement, in the words of each database."""

from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite


def upsert(connection, table, rows, keys, changes=()):
    """Insert the rows; where ``keys`` exist, take over only ``changes``.

    No changes: rows that exist stay as they are.
    """
    dialect = connection.dialect.name
    table = table.__table__
    if dialect in ('mysql', 'mariadb'):
        insert = mysql.insert(table)
        # Setting a key to itself locks the row exclusively at once, where
        # INSERT IGNORE would take a shared lock, and two of those deadlock
        # as soon as both want to go on writing.
        statement = insert.on_duplicate_key_update(
            {name: insert.inserted[name] for name in changes or keys[:1]})
    else:
        module = postgresql if dialect == 'postgresql' else sqlite
        insert = module.insert(table)
        if changes:
            statement = insert.on_conflict_do_update(
                index_elements=list(keys),
                set_={name: insert.excluded[name] for name in changes})
        else:
            statement = insert.on_conflict_do_nothing(
                index_elements=list(keys))
    connection.execute(statement, rows)
