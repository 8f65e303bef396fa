# SPDX-License-Identifier: Apache-2.0
"""What every witness tells, whatever its engine.

A witness is a client of the engine and nothing else: it knows neither the
API nor Trove. The facts beside it are those that differ between engines.
"""

import abc
import contextlib
import dataclasses
import typing


@dataclasses.dataclass(frozen=True, kw_only=True)
class Names:
    """Names at the limits, that a tenant may give and must be able to."""

    databases: tuple[str, ...]
    users: tuple[str, ...]
    #: Passwords that break what is pasted together.
    passwords: tuple[str, ...]
    #: Those that are refused, because clients stumble over them.
    refused_passwords: tuple[str, ...]
    longest_database: int
    longest_user: int
    #: Nobody may make these, and nobody is shown them.
    reserved_databases: tuple[str, ...]
    reserved_users: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Parameters of the engine that the tests of groups use."""

    #: (name, value, another value): taken by the running engine.
    dynamic: tuple[str, typing.Any, typing.Any]
    #: (name, value): counts from the next start on.
    at_start: tuple[str, typing.Any]
    #: Values that the rules let through and the engine does not start with;
    #: None where there are none.
    breaking: dict[str, typing.Any] | None
    #: Each would let a tenant out of the engine, or our agent out of it.
    dangerous: tuple[tuple[str, typing.Any], ...]
    #: Values that a tenant may give and that are hard on every session; the
    #: agent's must go on all the same.
    harsh: dict[str, typing.Any]
    #: What follows the memory of the flavor.
    memory: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Inside:
    """What an operator finds in the machine."""

    #: The name of the server's process (`comm`, at most 15 letters).
    process: str
    #: The first configuration file that it reads.
    config_file: str
    #: The folder of the data on the volume.
    data_folder: str
    #: A log that is always written.
    system_log: str
    #: One that a tenant switches on, and where that is, as a pattern of the
    #: shell; None where there is none.
    user_log: str | None = None
    user_log_path: str | None = None
    #: Ends well if the engine takes this file; None where it cannot say.
    check_config: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spoiler:
    """What makes an upgrade fail in the middle, as an image has it."""

    #: The program of the new {version} that is replaced, without the first
    #: slash, and the shell script in its place. That one runs the program
    #: as ``"$0".real``.
    program: str
    script: str


class Session(abc.ABC):
    """A connection of one user to one database.

    What rows are is the engine's: those of a table of SQL, for which there
    has to be `run`, unless a subclass says otherwise.
    """

    def run(self, statement: str, *values: typing.Any) -> typing.Any:
        """The rows that a statement gives; of engines that speak SQL."""
        raise NotImplementedError

    @abc.abstractmethod
    def close(self) -> None:
        """Say goodbye."""

    def greet(self) -> None:
        """Have one query answered."""
        self.run('SELECT 1')

    def say(self, word: str) -> None:
        """Let a statement with this word stand in the user log."""
        self.run("SELECT '%s'" % word)

    @abc.abstractmethod
    def now(self) -> float:
        """The date by the engine's clock, in seconds since 1970."""

    def make_table(self) -> None:
        """Have an empty table for `write` and `count`."""
        self.run('CREATE TABLE rows_ (n BIGINT PRIMARY KEY)')

    def write(self, number: int) -> None:
        """Write a row; it is committed when this returns."""
        self.run('INSERT INTO rows_ VALUES (%s)', number)

    def count(self) -> int:
        """How many rows there are."""
        return int(self.run('SELECT COUNT(*) FROM rows_')[0][0])

    def numbers(self) -> set[int]:
        """What is in the rows."""
        return {int(row[0]) for row in self.run('SELECT n FROM rows_')}

    def write_megabyte(self) -> None:
        """Take up a megabyte of the volume."""
        self.run('CREATE TABLE IF NOT EXISTS blobs (b TEXT)')
        self.run('INSERT INTO blobs VALUES (%s)', self.megabyte)

    megabyte = 'x'


class Witness(abc.ABC):
    """A client of one engine version.

    What only belongs to databases, users or TLS is not asked of an engine
    that does not claim them.
    """

    datastore: str
    #: What a client raises when it is not let in or a statement is refused.
    refused: tuple[type[Exception], ...]
    settings: Settings
    inside: Inside
    #: Of engines with databases or users.
    names: Names
    #: A database user's name goes with a host.
    hosts = True
    #: What the user log shows of each row that is written.
    trace = 'rows_'
    #: (character set, collation) that is not the default one; of engines
    #: with databases.
    collation: tuple[str, str]
    #: How data of an older version is not taken over to the end: the work
    #: is "killed", the volume is "full", or the data is fine and the server
    #: is "mute". Only of engines with versions to upgrade from.
    spoilers: typing.Mapping[str, Spoiler] = {}

    def __init__(self, version: str) -> None:
        self.version = version

    @abc.abstractmethod
    def open(self, host: str, user: str, password: str,
             database: str | None = None, **tls: typing.Any) -> Session:
        """A connection, or one of `refused` within seconds."""

    def plain(self) -> dict[str, str | bool]:
        """What `open` is told so that it does without TLS."""
        raise NotImplementedError

    def verified(self, authority: str,
                 certificate: tuple[str, str] | None = None
                 ) -> dict[str, str | bool]:
        """What it is told so that it encrypts, and believes only a server
        of that name or address that the authority (a file) has signed.

        ``certificate``: its own, and the key (files).
        """
        raise NotImplementedError

    @contextlib.contextmanager
    def connected(self, host: str, user: str, password: str,
                  database: str | None = None,
                  **tls: typing.Any) -> typing.Iterator[Session]:
        """A connection for a moment."""
        session = self.open(host, user, password, database, **tls)
        try:
            yield session
        finally:
            with contextlib.suppress(*self.refused):
                session.close()

    @abc.abstractmethod
    def server_version(self, session: Session) -> str:
        """The version of the server, such as 10.11.14."""

    @abc.abstractmethod
    def setting(self, session: Session, name: str) -> typing.Any:
        """What a parameter is in the running engine."""

    def collation_of(self, session: Session,
                     database: str) -> tuple[str, str]:
        """Character set and collation of a database."""
        raise NotImplementedError

    def quoted(self, name: str) -> str:
        """A name as it stands in a statement; of engines with databases."""
        raise NotImplementedError

    def create_user(self, session: Session, name: str,
                    password: str) -> None:
        """What a superuser does without the API; of engines with users."""
        raise NotImplementedError
