# SPDX-License-Identifier: Apache-2.0
"""What a guest driver may offer, in small interfaces.

A driver gives what its engine can do and leaves the rest None; the agent's
endpoint answers "not supported" by itself.
"""

import abc
import dataclasses
import os
import typing

if typing.TYPE_CHECKING:
    from oslo_config import cfg

    from trove.guestkit import units as guest_units
    from trove.objects import order
    from trove.objects import status


Names: typing.TypeAlias = list[str]
Item: typing.TypeAlias = dict[str, typing.Any]
#: Some items, and the marker of the next page.
Page: typing.TypeAlias = tuple[list[Item], str | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a driver is told about the machine it works on.

    All system paths lie below ``root``; only where several engines share a
    machine is that another folder than /, and ``port`` another one than the
    engine's own.
    """

    conf: 'cfg.ConfigOpts'
    root: str = '/'
    port: int | None = None

    def path(self, absolute: str) -> str:
        """Where the system's ``absolute`` path really is."""
        return os.path.join(self.root, absolute.lstrip('/'))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The tools of the machine that a driver works with."""

    units: 'guest_units.Units'


class Words:
    """What an engine says, and what tenants' secrets look like in it.

    Logs and reasons leave the server without them. This one knows none: it
    is for an engine that never repeats what it is told.
    """

    #: Bytes that must be seen beyond a part to know where it may end.
    longest: int = 0

    def mask(self, text: bytes) -> bytes:
        """The words with stars in place of secrets."""
        return text

    def safe_end(self, text: bytes, end: int) -> int:
        """Where, near ``end``, the words may be cut; see `mask`."""
        return end


class Engine(abc.ABC):
    """The engine itself: where it lives, starting, stopping, its state."""

    #: Where the data volume belongs unless the order names a place.
    mount_point: str
    #: How it tells of secrets.
    words: Words = Words()

    @abc.abstractmethod
    def initialise(self) -> None:
        """Make an empty engine in the data folder, unless one is there.

        Existing data is never touched; a half-made engine is made anew.
        """

    @abc.abstractmethod
    def start(self) -> None:
        """Start the engine and come back when it answers a query."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Stop the engine; it stays stopped until it is started."""

    @abc.abstractmethod
    def abort(self) -> None:
        """End the engine as a crash would; it stays stopped.

        Of a disk that has failed it must not believe that all it wrote is
        there, as after an orderly end: its next start recovers.
        """

    @abc.abstractmethod
    def secure(self) -> None:
        """Leave no way in but the agent's own."""

    @abc.abstractmethod
    def status(self) -> 'status.Service':
        """The state of the engine, by asking it."""

    @abc.abstractmethod
    def version(self) -> str | None:
        """The version that runs; None while nothing answers."""

    @abc.abstractmethod
    def memory_mb(self) -> int | None:
        """Resident memory of the engine."""

    def tend(self) -> str | None:
        """Look after the engine; asked at every look at it, so be quick.

        Gives a sentence on what is wrong with it, if anything is.
        """
        return None


class Tuning(abc.ABC):
    """The engine's configuration, in layers."""

    @abc.abstractmethod
    def write_base(self, config: str) -> None:
        """Replace the base configuration by this rendered text."""

    @abc.abstractmethod
    def write_overrides(self, overrides: dict[str, typing.Any]) -> None:
        """Replace the tenant's layer; empty takes it away."""

    @abc.abstractmethod
    def apply(self, values: dict[str, typing.Any]) -> dict[str, typing.Any]:
        """Let the running engine take these values, all or none.

        Gives what they are then; a value that the engine does not take is
        an Unprocessable that names it.
        """

    def keep(self) -> None:
        """The engine has started: its tenant's layer is known to be good."""
        return

    def fall_back(self) -> Names:
        """Put back the tenant's layer that was known to be good.

        Gives the names of what is given up; none: nothing was changed.
        """
        return []


class Databases(abc.ABC):
    """Databases (schemas) of the tenant."""

    @abc.abstractmethod
    def create(self, spec: 'order.DatabaseSpec') -> None:
        """Create the database unless it is there."""

    @abc.abstractmethod
    def delete(self, name: str) -> None:
        """Delete the database if it is there."""

    @abc.abstractmethod
    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> Page:
        """A page of databases and the marker of the next one."""


class Users(abc.ABC):
    """Database users of the tenant and what they may use."""

    @abc.abstractmethod
    def create(self, spec: 'order.UserSpec') -> None:
        """Create the user unless it is there; set password and grants."""

    @abc.abstractmethod
    def delete(self, name: str, host: str) -> None:
        """Delete the user if it is there."""

    @abc.abstractmethod
    def get(self, name: str, host: str) -> Item | None:
        """One user with its databases, or None."""

    @abc.abstractmethod
    def update(self, name: str, host: str, new_name: str | None = None,
               new_host: str | None = None,
               password: str | None = None) -> None:
        """Rename the user, move it to another host, set its password."""

    @abc.abstractmethod
    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> Page:
        """A page of users and the marker of the next one."""

    @abc.abstractmethod
    def grant(self, name: str, host: str, databases: Names) -> None:
        """Let the user do everything in these databases."""

    @abc.abstractmethod
    def revoke(self, name: str, host: str, database: str) -> None:
        """Take the user's rights in a database away."""

    @abc.abstractmethod
    def access(self, name: str, host: str) -> Names:
        """The databases that the user may use."""


class Root(abc.ABC):
    """The engine's superuser, for a tenant who asks for it."""

    @abc.abstractmethod
    def enable(self, password: str) -> None:
        """Let the superuser in from outside with this password."""

    @abc.abstractmethod
    def disable(self) -> None:
        """Let no superuser in from outside."""

    @abc.abstractmethod
    def is_enabled(self) -> bool:
        """Whether a superuser can come in from outside."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    """A log that may be published; ``name`` as tenants know it.

    ``switchable`` ones are off until a tenant wants them (USER in the API),
    the others are always written (SYS).
    """

    name: str
    path: str
    switchable: bool


class Logs(abc.ABC):
    """The engine's logs."""

    @abc.abstractmethod
    def last_words(self, lines: int = 20) -> str:
        """The end of the error log since the engine was last started."""

    @abc.abstractmethod
    def files(self) -> tuple[LogFile, ...]:
        """Every log there may be, whether its file is there or not."""

    @abc.abstractmethod
    def is_enabled(self, name: str) -> bool:
        """Whether the engine is told to write this log."""

    @abc.abstractmethod
    def switch(self, name: str, on: bool) -> bool:
        """Have a switchable log written or not; True: at the next start.

        It outlives restarts and changes of the tenant's configuration.
        """

    @abc.abstractmethod
    def discard(self, name: str) -> None:
        """Empty the log while the engine goes on writing it."""


class Backups(abc.ABC):
    """Backups as streams; no engine gives them yet, so none are taken."""

    @abc.abstractmethod
    def dump(self, sink: typing.BinaryIO, parent: str | None = None) -> Item:
        """Write a backup to ``sink``; facts that a restore needs."""

    @abc.abstractmethod
    def restore(self, source: typing.BinaryIO, facts: Item) -> None:
        """Fill the data folder from ``source``."""


class Replication(abc.ABC):
    """Being the source or a replica of another server.

    No engine can yet: replicas are refused.
    """

    @abc.abstractmethod
    def attach(self, source: Item) -> None:
        """Follow a source."""

    @abc.abstractmethod
    def detach(self) -> None:
        """Follow nobody and take writes."""

    @abc.abstractmethod
    def position(self) -> str:
        """How far the server has come."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a server shows its clients; all PEM."""

    certificate: str            # the server's, then the intermediate ones
    key: str = dataclasses.field(repr=False)
    authority: str              # whom clients of mode mtls are signed by


class Tls(abc.ABC):
    """Encrypted connections of the tenant's clients.

    Modes: ``builtin`` (as the engine comes), ``off``, ``basic`` (offered),
    ``enforced`` (nothing else is accepted), ``mtls`` (the client shows a
    certificate too). The agent's own way in stays open in each.
    """

    #: Whether ``off`` is possible at all.
    can_be_off: bool = True

    @abc.abstractmethod
    def configure(self, mode: str, certificate: Certificate | None) -> bool:
        """Be in this mode from now on; True: from the next start on.

        Survives restarts and changes of the tenant's configuration. None
        keeps the certificate that is there.
        """

    @abc.abstractmethod
    def mode(self) -> str:
        """The mode the engine is configured for."""

    @abc.abstractmethod
    def certificate(self) -> str | None:
        """The certificate that clients are shown, PEM; None: none."""


class Upgrades(abc.ABC):
    """Data of an older version of the engine, taken over in place.

    The server is rebuilt between `leave` and `arrive`; only the data volume
    goes along. A copy of the data on it (files that share their blocks, so
    that it costs neither time nor room) is the way back until `settle`.
    Each may be run twice.
    """

    @abc.abstractmethod
    def check(self, version: str) -> None:
        """Raise Unprocessable naming what bars the way to ``version``.

        Asked of the old version while it runs; changes nothing.
        """

    @abc.abstractmethod
    def leave(self, version: str) -> None:
        """Stop the old version so that ``version`` may take its data."""

    @abc.abstractmethod
    def arrive(self, version: str) -> None:
        """Make the data that ``version`` left fit for the one installed.

        The engine is stopped before and after.
        """

    @abc.abstractmethod
    def undo(self) -> None:
        """Put the kept copy back in its place; without one do nothing.

        Asked of the old version, installed again and stopped.
        """

    @abc.abstractmethod
    def settle(self) -> None:
        """Give the way back up, and the room it takes."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """An engine's guest half, put together; None is what it cannot do."""

    engine: Engine
    tuning: Tuning
    logs: Logs | None = None
    databases: Databases | None = None
    users: Users | None = None
    root: Root | None = None
    backups: Backups | None = None
    replication: Replication | None = None
    tls: Tls | None = None
    upgrades: Upgrades | None = None

    def capabilities(self) -> frozenset[str]:
        """Names of the interfaces that are there."""
        return frozenset(field.name for field in dataclasses.fields(self)
                         if getattr(self, field.name) is not None)
