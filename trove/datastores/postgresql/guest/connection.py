# SPDX-License-Identifier: Apache-2.0
"""Asking the engine, over its socket, as the operating system's root.

No password exists for it: the engine asks the kernel who is at the other
end. The session's settings are its own whatever a tenant has set for a
database, and nothing that is called here is found in a tenant's schema.
"""

import contextlib
import os
import socket
import threading
import typing

import psycopg
from psycopg import sql

from trove.common import exception
from trove.datastores.postgresql.guest import places as where
from trove.guestkit import files

Rows: typing.TypeAlias = list[tuple[typing.Any, ...]]
Statement: typing.TypeAlias = typing.LiteralString | sql.Composed

HOME = 'postgres'
#: What ends sessions, by the first version that has it.
_LIMITS = {'statement_timeout': 0, 'idle_session_timeout': 14,
           'idle_in_transaction_session_timeout': 0, 'transaction_timeout': 17}
_SETTINGS = {
    'search_path': 'pg_catalog', 'role': 'none', 'client_encoding': 'UTF8',
    'default_transaction_read_only': 'off',
    'default_transaction_isolation': 'read\\ committed',
    'default_transaction_deferrable': 'off', 'exit_on_error': 'off',
    # One that is not there would keep everybody out of a database.
    'local_preload_libraries': '',
    'lock_timeout': '30s', 'row_security': 'off',
    'session_replication_role': 'origin', 'default_tablespace': '',
    'standard_conforming_strings': 'on', 'datestyle': 'iso',
    'bytea_output': 'hex',
    # What the agent does is not for the tenant's log.
    'log_statement': 'none', 'log_duration': 'off',
    'log_min_duration_statement': '-1', 'log_min_error_statement': 'panic'}

#: What the engine says when it is not, or no more, there to answer.
_AWAY = ('08', '57P', '53300')


class StatementRefused(exception.Unprocessable):
    """The engine refused what it was asked."""

    template = 'The engine refused: %(reason)s (%(number)s)'


class EngineAway(exception.Unavailable):
    """The engine does not answer."""

    template = 'The engine does not answer: %(reason)s'


class Connection:
    """Statements on one connection, each a transaction of its own."""

    def __init__(self, raw: 'psycopg.Connection[typing.Any]') -> None:
        self._raw = raw

    @property
    def version(self) -> int:
        """The server's version: 15, 17."""
        return self._raw.info.server_version // 10000

    def run(self, statement: Statement, *values: typing.Any) -> Rows:
        """Run a statement; give its rows as tuples.

        Values travel beside the statement; names are put into it by `names`,
        and then it takes no values.
        """
        with translated():
            cursor = self._raw.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def verifier(self, name: str, password: str) -> str:
        """What the engine keeps of a password, which stays here."""
        with translated():
            return self._raw.pgconn.encrypt_password(
                password.encode(), name.encode(), b'scram-sha-256').decode()


def names(statement: typing.LiteralString, *words: str,
          **values: str) -> sql.Composed:
    """A statement with names for its {} and quoted ``values`` by name."""
    return sql.SQL(statement).format(
        *map(sql.Identifier, words),
        **{name: sql.Literal(value) for name, value in values.items()})


class Connector:
    """Opens connections to the engine at its socket."""

    def __init__(self, places: where.Places, timeout_s: float = 60) -> None:
        self._places = places
        self._timeout_s = timeout_s

    @contextlib.contextmanager
    def open(self, database: str = HOME, timeout_s: float | None = None,
             own_settings: bool = True) -> typing.Iterator[Connection]:
        """A Connection for the length of a ``with``.

        ``timeout_s`` is for all that is done with it. Without
        ``own_settings`` the session has those of the engine's files, but for
        the `limits`.
        """
        timeout_s = timeout_s or self._timeout_s
        with translated():
            raw = psycopg.connect(
                host=self._places.runtime, port=self._places.port,
                user=where.USER, dbname=database, autocommit=True,
                options=_options({
                    **dict.fromkeys(self.limits(), '0'),
                    **(_SETTINGS if own_settings else {})}),
                connect_timeout=max(2, int(timeout_s)), sslmode='disable',
                gssencmode='disable', application_name='trove',
                prepare_threshold=None)
        try:
            with _ends_after(raw, timeout_s):
                yield Connection(raw)
        finally:
            raw.close()

    def limits(self) -> list[str]:
        """The settings that end sessions, and none of the agent's.

        A session cannot take them back that is ended before it speaks, and
        an older engine does not know them all. EngineAway where its data
        cannot be read.
        """
        try:
            version = float(files.read(self._places.version) or 0)
        except OSError as error:
            raise EngineAway(reason='its data cannot be read (%s)'
                             % error.strerror) from error
        return [name for name, first in _LIMITS.items() if first <= version]

    def answers(self, timeout_s: float = 5) -> bool:
        """Whether a query is answered."""
        if not os.path.exists(self._places.socket):
            return False
        try:
            with self.open(timeout_s=timeout_s) as connection:
                return connection.run('SELECT 1') == [(1,)]
        except (EngineAway, StatementRefused):
            return False

    def listens(self) -> bool:
        """Whether somebody listens on the socket, answering or not."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            try:
                line.connect(self._places.socket)
            except OSError:
                return False
            return True


def _options(settings: dict[str, str]) -> str:
    return ' '.join('-c %s=%s' % item for item in settings.items())


@contextlib.contextmanager
def _ends_after(raw: 'psycopg.Connection[typing.Any]',
                timeout_s: float) -> typing.Iterator[None]:
    # The library waits for an answer for ever; an engine that hangs gives
    # none, and cannot be asked to give up either.
    timer = threading.Timer(timeout_s, _hang_up, (raw.pgconn.socket,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(number: int) -> None:
    with contextlib.suppress(OSError), \
            socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def translated() -> typing.Iterator[None]:
    """The library's errors end here."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate
        if state is None or state.startswith(_AWAY):
            raise EngineAway(reason=_words(error)) from error
        raise StatementRefused(reason=_words(error), number=state
                               ) from error
    except UnicodeError as error:
        raise StatementRefused(reason='text that is no UTF-8',
                               number='22021') from error


def _words(error: psycopg.Error) -> str:
    # The first sentence alone: others quote the statement.
    return error.diag.message_primary or str(error).partition('\n')[0]
