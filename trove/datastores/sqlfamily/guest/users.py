# SPDX-License-Identifier: Apache-2.0
"""Users of the tenant and what they may use.

Sessions of a user who may do less from now on are ended, since they would go
on as they began.
"""

import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import hosts
from trove.datastores.sqlfamily.guest import quoting
from trove.datastores.sqlfamily.guest import sessions
from trove.guestkit import errors
from trove.guestkit import paging
from trove.objects import order

#: Name and host, as the engine writes them.
Who: typing.TypeAlias = tuple[str, str]


class UserNotFound(exception.NotFound):
    """No such user."""

    template = 'User %(name)s@%(host)s does not exist.'


class DatabaseNotFound(exception.NotFound):
    """No such database."""

    template = 'Database %(name)s does not exist.'


class SqlUsers(interfaces.Users):
    """name@host accounts; ``reserved`` names are not the tenant's.

    ``requirement`` gives what new accounts must be asked for in TLS.
    """

    def __init__(self, connector: connection.Connector,
                 reserved: typing.Iterable[str],
                 requirement: connection.Requirement = connection.nothing
                 ) -> None:
        self._connector = connector
        self._reserved = frozenset(reserved)
        self._requirement = requirement

    def create(self, spec: order.UserSpec) -> None:
        """Create the user unless it is there; set password and grants."""
        who = self._who(spec.name, spec.host)
        with self._connector.open() as engine:
            self._must_have(engine, spec.databases)
            if self._exists(engine, who):
                self._set_password(engine, who, spec.password)
            else:
                engine.run('CREATE USER %s@%s IDENTIFIED BY %s'
                           + self._requirement(engine), *who, spec.password)
            self._grant(engine, who, spec.databases)

    def delete(self, name: str, host: str) -> None:
        """Drop the user if it is there."""
        who = self._who(name, host)
        if not _possible(who):
            return
        with self._connector.open() as engine:
            engine.run('DROP USER IF EXISTS %s@%s', *who)
            sessions.end(engine, *who)

    def get(self, name: str, host: str) -> interfaces.Item | None:
        """One user with its databases, or None."""
        who = self._who(name, host)
        with self._connector.open() as engine:
            if not self._exists(engine, who):
                return None
            return _shown(who, self._access(engine, who))

    def update(self, name: str, host: str, new_name: str | None = None,
               new_host: str | None = None,
               password: str | None = None) -> None:
        """Rename the user, move it to another host, set its password."""
        who = self._who(name, host)
        target = self._who(new_name or name, new_host or host)
        with self._connector.open() as engine:
            self._must_exist(engine, who)
            if target != who:
                if self._exists(engine, target):
                    raise errors.UserExists(
                        name=target[0],
                        host=hosts.from_engine(target[1]))
                engine.run('RENAME USER %s@%s TO %s@%s', *who, *target)
            if password is not None:
                self._set_password(engine, target, password)

    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> interfaces.Page:
        """A page of users in the order of name@host."""
        with self._connector.open() as engine:
            rows = engine.run(self._all)
            grants = self._grants(engine)
        found = sorted(
            ('%s@%s' % (user, hosts.from_engine(host)),
             _shown((user, host), grants.get((user, host), [])))
            for user, host in rows if user and user not in self._reserved)
        return paging.page(found, limit, marker, include_marker)

    def grant(self, name: str, host: str,
              databases: interfaces.Names) -> None:
        """All rights in these databases, each of which must exist."""
        who = self._who(name, host)
        with self._connector.open() as engine:
            self._must_exist(engine, who)
            self._must_have(engine, databases)
            self._grant(engine, who, databases)

    def revoke(self, name: str, host: str, database: str) -> None:
        """Take all rights in the database away."""
        who = self._who(name, host)
        with self._connector.open() as engine:
            self._must_exist(engine, who)
            if database not in self._access(engine, who):
                raise DatabaseNotFound(name=database)
            engine.run('REVOKE ALL PRIVILEGES ON %s FROM %%s@%%s'
                       % self._target(database), *who)
            sessions.end(engine, *who)

    def access(self, name: str, host: str) -> interfaces.Names:
        """The databases that the user may use."""
        who = self._who(name, host)
        with self._connector.open() as engine:
            self._must_exist(engine, who)
            return self._access(engine, who)

    #: Every account that may be a tenant's.
    _all = "SELECT user, host FROM mysql.user WHERE host <> 'localhost'"

    # How grants name a database: wildcards, unless an engine says otherwise.

    def _target(self, database: str) -> str:
        return quoting.grant_target(database)

    def _granted(self, stored: str) -> str:
        return quoting.from_pattern(stored)

    def _set_password(self, engine: connection.Connection,
                      who: Who, password: str) -> None:
        engine.run('ALTER USER %s@%s IDENTIFIED BY %s', *who, password)

    def _grant(self, engine: connection.Connection,
               who: Who, databases: typing.Iterable[str]) -> None:
        for database in databases:
            engine.run('GRANT ALL PRIVILEGES ON %s TO %%s@%%s'
                       % self._target(database), *who)

    def _access(self, engine: connection.Connection,
                who: Who) -> interfaces.Names:
        rows = engine.run(
            'SELECT db FROM mysql.db WHERE user = %s AND host = %s ORDER BY '
            'db', *who)
        return [self._granted(row[0]) for row in rows]

    def _grants(self, engine: connection.Connection
                ) -> dict[Who, interfaces.Names]:
        found: dict[Who, interfaces.Names] = {}
        for user, host, pattern in engine.run(
                'SELECT user, host, db FROM mysql.db ORDER BY db'):
            found.setdefault((user, host), []).append(
                self._granted(pattern))
        return found

    @staticmethod
    def _must_have(engine: connection.Connection,
                   databases: typing.Iterable[str]) -> None:
        for database in databases:
            if not engine.run(
                    'SELECT 1 FROM information_schema.schemata WHERE '
                    'schema_name = %s', database):
                raise DatabaseNotFound(name=database)

    @staticmethod
    def _exists(engine: connection.Connection, who: Who) -> bool:
        return _possible(who) and bool(engine.run(
            'SELECT 1 FROM mysql.user WHERE user = %s AND host = %s', *who))

    def _must_exist(self, engine: connection.Connection,
                    who: Who) -> None:
        if not self._exists(engine, who):
            raise UserNotFound(name=who[0], host=hosts.from_engine(who[1]))

    def _who(self, name: str, host: str) -> Who:
        if name in self._reserved or not name:
            raise exception.Forbidden(
                reason='user %s belongs to the engine.' % name)
        if host in ('localhost', ''):
            raise exception.Forbidden(
                reason='users of host %r belong to the agent.' % host)
        return name, hosts.to_engine(host)


def _shown(who: Who, databases: list[str]) -> interfaces.Item:
    return {'name': who[0], 'host': hosts.from_engine(who[1]),
            'databases': [{'name': name} for name in databases]}


def _possible(who: Who) -> bool:
    # Names of accounts are utf8mb3; others the engine does not even compare
    # ("Illegal mix of collations").
    return all(letter <= '\uffff' for letter in ''.join(who))
