# SPDX-License-Identifier: Apache-2.0
"""What an error of a database means, in the words of each driver."""

import sqlalchemy as sa


def was_locked(error):
    """Whether a wait for a lock, or a conflict, ended the statement.

    oslo.db knows the deadlocks; these are SQLite's busy answer and
    PostgreSQL's lock_timeout and serialization failures.
    """
    cause = _cause(error)
    if getattr(cause, 'sqlite_errorname', '').startswith(
            ('SQLITE_BUSY', 'SQLITE_LOCKED')):
        return True
    return getattr(cause, 'sqlstate', None) in ('55P03', '40001', '40P01')


def is_full(error):
    """Whether disk or table space is used up.

    53100 is PostgreSQL's disk_full. Of MySQL and MariaDB: a full table, a
    full disk, an engine's own word for it.
    """
    cause = _cause(error)
    code, *words = cause.args or (None,)
    return (getattr(cause, 'sqlite_errorname', '') == 'SQLITE_FULL'
            or getattr(cause, 'sqlstate', None) == '53100'
            or code in (1021, 1114)
            or (code in (3, 1026, 1030) and 'error 28' in str(words).lower()
                .replace('errcode: ', 'error ')))


def was_lost(error):
    """Whether the server refused, ended or never made the connection.

    Without a statement it was the connecting that failed. Of PostgreSQL's
    codes 08 is a broken connection, 57P a server that shuts down, 25P03 our
    idle limit.
    """
    if isinstance(error, sa.exc.OperationalError) and not error.statement:
        return True
    state = getattr(_cause(error), 'sqlstate', None) or ''
    return state[:2] == '08' or state in (
        '57P01', '57P02', '57P03', '53300', '25P03')


def _cause(error):
    """The driver's own exception."""
    cause = getattr(error, 'inner_exception', error)
    return getattr(cause, 'orig', cause)
