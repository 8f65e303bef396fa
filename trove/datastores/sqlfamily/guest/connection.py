# SPDX-License-Identifier: Apache-2.0
"""Asking the engine, over its socket, as the operating system's root.

No password exists for it: the engine asks the kernel who is at the other end.
"""

import contextlib
import socket
import typing

import pymysql

from trove.common import exception
from trove.common import waiting

Rows: typing.TypeAlias = typing.Sequence[tuple[typing.Any, ...]]

#: One known way to read string literals, and no limit on what a question may
#: look at, whatever the tenant's settings. What the agent does is not for the
#: tenant's logs.
_SESSION = ("SET SESSION sql_mode = 'STRICT_ALL_TABLES,"
            "NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION', lock_wait_timeout "
            '= 30, sql_big_selects = 1, sql_log_off = 1, long_query_time = '
            '31536000')


#: "Too many connections".
_NONE_FREE = 1040
#: Seconds that one session waits for another of ours to end.
_TURN_S = 4.0


class StatementRefused(exception.Unprocessable):
    """The engine refused what it was asked."""

    template = 'The engine refused: %(reason)s (%(number)s)'


class EngineAway(exception.Unavailable):
    """The engine does not answer."""

    template = 'The engine does not answer: %(reason)s'


class NoneFree(EngineAway):
    """Tenants have all connections, and a session of ours the one besides."""


class Connection:
    """Statements on one connection."""

    def __init__(self, raw: 'pymysql.Connection[typing.Any]') -> None:
        self._raw = raw

    def run(self, statement: str, *values: typing.Any) -> Rows:
        """Run a statement; give its rows as tuples."""
        with translated(), self._raw.cursor() as cursor:
            # Always with parameters, so that "%%" always means "%".
            cursor.execute(statement, values)
            return cursor.fetchall()


#: What the TLS mode of the running engine adds to CREATE USER.
Requirement: typing.TypeAlias = typing.Callable[[Connection], str]


def nothing(engine: Connection) -> str:
    """Nothing is required of new accounts."""
    return ''


class Connector:
    """Opens connections to the engine at socket ``path``.

    ``settings`` are more of what each session begins with: a tenant's
    limits must not count for the agent.
    """

    def __init__(self, path: str, settings: str = '',
                 timeout_s: float = 30) -> None:
        self._path = path
        self._session = _SESSION + (settings and ', ' + settings)
        self._timeout_s = timeout_s

    @contextlib.contextmanager
    def open(self, timeout_s: float | None = None
             ) -> typing.Iterator[Connection]:
        """A Connection for the length of a ``with``."""
        timeout_s = timeout_s or self._timeout_s
        with contextlib.ExitStack() as kept:
            raw = self._in_turn(kept, timeout_s)
            try:
                yield Connection(raw)
            finally:
                if raw.open:
                    raw.close()

    def _in_turn(self, kept: contextlib.ExitStack, timeout_s: float
                 ) -> 'pymysql.Connection[typing.Any]':
        """Connect; where tenants leave room for one, sessions take turns."""
        refused: list[NoneFree] = []

        def connected() -> typing.Any:
            try:
                return self._connected(kept, timeout_s)
            except NoneFree as error:
                refused.append(error)
                return None

        try:
            return waiting.until(connected, min(timeout_s, _TURN_S),
                                 'a free connection', poll_s=0.02,
                                 most_s=0.2)
        except exception.WaitTimeout as error:
            raise refused[-1] from error

    def _connected(self, kept: contextlib.ExitStack, timeout_s: float
                   ) -> 'pymysql.Connection[typing.Any]':
        # The driver forgets to close a socket that nobody answers on, and
        # that happens at every look while the engine starts: we dial.
        with contextlib.ExitStack() as mine:
            line = mine.enter_context(self._dial(timeout_s))
            raw = self._made(timeout_s)
            with translated():
                raw.connect(line)
            kept.push(mine.pop_all())
        return raw

    def _made(self, timeout_s: float) -> 'pymysql.Connection[typing.Any]':
        # Without TLS, which a socket does not need: to read the machine's
        # certificates costs 30 ms, at every look.
        return pymysql.Connection(
            unix_socket=self._path, user='root', charset='utf8mb4',
            connect_timeout=timeout_s, read_timeout=timeout_s,
            write_timeout=timeout_s, autocommit=True, ssl_disabled=True,
            init_command=self._session, defer_connect=True)

    @contextlib.contextmanager
    def _dial(self, timeout_s: float) -> typing.Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout_s)
            try:
                line.connect(self._path)
            except OSError as error:
                raise EngineAway(reason=error.strerror or str(error)
                                 ) from error
            yield line

    def answers(self, timeout_s: float = 5) -> bool:
        """Whether a query is answered."""
        try:
            with self.open(timeout_s) as connection:
                return connection.run('SELECT 1') == ((1,),)
        except (EngineAway, StatementRefused):
            return False

    def listens(self) -> bool:
        """Whether somebody listens on the socket, answering or not."""
        try:
            with self._dial(timeout_s=1):
                return True
        except EngineAway:
            return False


@contextlib.contextmanager
def translated() -> typing.Iterator[None]:
    """The driver's errors end here."""
    try:
        yield
    except (pymysql.err.OperationalError, pymysql.err.InterfaceError) as error:
        if _is_refusal(error):
            raise _refused(error) from error
        if error.args and error.args[0] == _NONE_FREE:
            raise NoneFree(reason=_words(error)) from error
        raise EngineAway(reason=_words(error)) from error
    except pymysql.err.MySQLError as error:
        raise _refused(error) from error


def _is_refusal(error: Exception) -> bool:
    # From 2000 to 2999 it is the client that speaks, else the server; 1040
    # and 1053 are "too many connections" and "shutdown in progress".
    number = error.args[0] if error.args else 0
    return (isinstance(number, int) and number >= 1000
            and number not in range(2000, 3000)
            and number not in (_NONE_FREE, 1053))


def _refused(error: Exception) -> StatementRefused:
    number = error.args[0] if error.args else 0
    return StatementRefused(reason=_words(error), number=number)


def _words(error: Exception) -> str:
    return str(error.args[1] if len(error.args) > 1 else error)


