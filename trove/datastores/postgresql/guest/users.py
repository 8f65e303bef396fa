# SPDX-License-Identifier: Apache-2.0
"""Users of the tenant and what they may use.

A user is a role that may log in; it has no host. Sessions of a user who may
do less from now on are ended, since they would go on as they began.
"""

import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import roles as owners
from trove.guestkit import paging
from trove.objects import order

ANYWHERE = '%'

_ALL = 'SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper'
_GRANTS = ('SELECT DISTINCT r.rolname, d.datname FROM pg_database d '
           'JOIN pg_auth_members m ON m.roleid = d.datdba '
           'JOIN pg_roles r ON r.oid = m.member')


class UserNotFound(exception.NotFound):
    """No such user."""

    template = 'User %(name)s@%(host)s does not exist.'


class UserExists(exception.Conflict):
    """The name is taken."""

    template = 'User %(name)s exists already.'


class NoHosts(exception.BadRequest):
    """Users come from everywhere."""

    template = 'Users of PostgreSQL have no host; %(host)s cannot be one.'


class PasswordNeeded(exception.Unprocessable):
    """What is kept of the password depends on the name."""

    template = ('The password of %(name)s would be lost with the name: give '
                'it again along with the new one.')


class PgUsers(interfaces.Users):
    """Roles that log in; ``reserved`` names are not the tenant's."""

    def __init__(self, connector: connection.Connector, roles: owners.Roles,
                 reserved: typing.Iterable[str]) -> None:
        self._connector = connector
        self._roles = roles
        self._reserved = frozenset(reserved)

    def create(self, spec: order.UserSpec) -> None:
        """Create the user unless it is there; set password and grants."""
        self._guard(spec.name, spec.host)
        with self._connector.open() as engine:
            self._must_have(engine, spec.databases)
            # It may log in when it has a password, and not before.
            if not self._roles.exists(engine, spec.name):
                engine.run(connection.names('CREATE ROLE {} NOLOGIN',
                                            spec.name))
                if self._roles.exists(engine, owners.ROOT):
                    self._roles.lend(engine, spec.name)
            self._set_password(engine, spec.name, spec.password)
            self._grant(engine, spec.name, spec.databases)

    def delete(self, name: str, host: str) -> None:
        """Drop the user if it is there, and end its sessions."""
        self._guard(name)
        with self._connector.open() as engine:
            if host != ANYWHERE or not self._roles.exists(engine, name):
                return
            engine.run(connection.names('ALTER ROLE {} NOLOGIN', name))
            _end_sessions(engine, name)
            self._roles.drop(engine, name)

    def get(self, name: str, host: str) -> interfaces.Item | None:
        """One user with its databases, or None."""
        self._guard(name)
        with self._connector.open() as engine:
            if host != ANYWHERE or not self._is_user(engine, name):
                return None
            return _shown(name, self._access(engine, name))

    def update(self, name: str, host: str, new_name: str | None = None,
               new_host: str | None = None,
               password: str | None = None) -> None:
        """Rename the user, set its password."""
        self._guard(name)
        target = name if new_name is None else new_name
        self._guard(target, new_host or ANYWHERE)
        with self._connector.open() as engine:
            self._must_exist(engine, name, host)
            if target != name:
                self._rename(engine, name, target, password is not None)
            if password is not None:
                self._set_password(engine, target, password)

    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> interfaces.Page:
        """A page of users in the order of name@%."""
        with self._connector.open() as engine:
            rows = engine.run(_ALL)
            grants: dict[str, interfaces.Names] = {}
            for user, database in engine.run(_GRANTS):
                grants.setdefault(user, []).append(database)
        found = sorted(
            ('%s@%s' % (name, ANYWHERE),
             _shown(name, sorted(grants.get(name, []))))
            for (name,) in rows if self._is_tenants(name))
        return paging.page(found, limit, marker, include_marker)

    def grant(self, name: str, host: str,
              databases: interfaces.Names) -> None:
        """All rights in these databases, each of which must exist."""
        self._guard(name)
        with self._connector.open() as engine:
            self._must_exist(engine, name, host)
            self._must_have(engine, databases)
            self._grant(engine, name, databases)

    def revoke(self, name: str, host: str, database: str) -> None:
        """Take all rights in the database away, at once."""
        self._guard(name)
        with self._connector.open() as engine:
            self._must_exist(engine, name, host)
            if database not in self._access(engine, name):
                raise owners.DatabaseNotFound(name=database)
            owner = self._roles.owner(engine, database)
            engine.run(connection.names('REVOKE {} FROM {} CASCADE', owner,
                                        name))
            engine.run(connection.names(
                'ALTER ROLE {} IN DATABASE {} RESET role', name, database))
            _end_sessions(engine, name, database)

    def access(self, name: str, host: str) -> interfaces.Names:
        """The databases that the user may use."""
        self._guard(name)
        with self._connector.open() as engine:
            self._must_exist(engine, name, host)
            return self._access(engine, name)

    @staticmethod
    def _must_have(engine: connection.Connection,
                   databases: typing.Iterable[str]) -> None:
        for database in databases:
            if not engine.run(
                    'SELECT 1 FROM pg_database WHERE datname = %s', database):
                raise owners.DatabaseNotFound(name=database)

    def _set_password(self, engine: connection.Connection, name: str,
                      password: str) -> None:
        engine.run(connection.names(
            'ALTER ROLE {} LOGIN PASSWORD {verifier}', name,
            verifier=engine.verifier(name, password)))

    def _rename(self, engine: connection.Connection, name: str, target: str,
                with_password: bool) -> None:
        if self._roles.exists(engine, target):
            raise UserExists(name=target)
        if not with_password and engine.run(
                "SELECT 1 FROM pg_authid WHERE rolname = %s AND "
                "starts_with(rolpassword, 'md5')", name):
            raise PasswordNeeded(name=name)
        engine.run(connection.names('ALTER ROLE {} RENAME TO {}', name,
                                    target))

    def _grant(self, engine: connection.Connection, name: str,
               databases: typing.Iterable[str]) -> None:
        for database in databases:
            owner = self._roles.owner(engine, database)
            engine.run(connection.names('GRANT {} TO {}', owner, name))
            engine.run(connection.names(
                'ALTER ROLE {} IN DATABASE {} SET role TO {owner}', name,
                database, owner=owner))

    def _access(self, engine: connection.Connection,
                name: str) -> interfaces.Names:
        rows = engine.run(_GRANTS + ' WHERE r.rolname = %s', name)
        return sorted(database for _, database in rows)

    def _is_tenants(self, name: str) -> bool:
        return name not in self._reserved and owners.is_tenants(name)

    def _is_user(self, engine: connection.Connection, name: str) -> bool:
        return bool(engine.run(_ALL + ' AND rolname = %s', name))

    def _must_exist(self, engine: connection.Connection, name: str,
                    host: str) -> None:
        if host != ANYWHERE or not self._is_user(engine, name):
            raise UserNotFound(name=name, host=host)

    def _guard(self, name: str, host: str = ANYWHERE) -> None:
        if not name or not self._is_tenants(name):
            raise exception.Forbidden(
                reason='user %s belongs to the engine.' % name)
        if host != ANYWHERE:
            raise NoHosts(host=host)


def _end_sessions(engine: connection.Connection, name: str,
                  database: str | None = None) -> None:
    engine.run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
               'WHERE usename = %s AND datname = coalesce(%s, datname)',
               name, database)


def _shown(name: str, databases: list[str]) -> interfaces.Item:
    return {'name': name, 'host': ANYWHERE,
            'databases': [{'name': one} for one in databases]}
