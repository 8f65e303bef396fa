# SPDX-License-Identifier: Apache-2.0
"""Roles behind databases and users.

Each database of the tenant belongs to a role of its own that nobody can log
in as. Who may use the database is a member of it, and works as that role
there; so everything in a database belongs to all its users, and nothing is
left of a user who goes.
"""

import threading
import typing

from trove.common import exception
from trove.datastores.postgresql import rules
from trove.datastores.postgresql.guest import connection

ROOT = 'root'
OWNER_PREFIX = 'os_db_'

_OWNER = ('SELECT d.oid, pg_get_userbyid(d.datdba) FROM pg_database d '
          'WHERE d.datname = %s')
_HAS_OBJECTS_IN = (
    'SELECT DISTINCT d.datname FROM pg_shdepend s '
    'JOIN pg_database d ON d.oid = s.dbid AND d.datallowconn '
    "WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = "
    '(SELECT oid FROM pg_authid WHERE rolname = %s)')
_OWNS = ('SELECT datname FROM pg_database WHERE '
         'pg_get_userbyid(datdba) = %s')
_NO_MORE_USED = (
    "SELECT rolname FROM pg_roles r WHERE rolname LIKE 'os\\_db\\_%' AND NOT "
    'rolcanlogin AND NOT EXISTS '
    '(SELECT FROM pg_database d WHERE d.datdba = r.oid)')


class DatabaseNotFound(exception.NotFound):
    """No such database."""

    template = 'Database %(name)s does not exist.'


class Roles:
    """Owners of databases, and the ends of roles."""

    def __init__(self, connector: connection.Connector,
                 reserved: typing.Iterable[str]) -> None:
        self._connector = connector
        self._reserved = frozenset(reserved)
        self._lock = threading.Lock()

    def exists(self, engine: connection.Connection, name: str) -> bool:
        """Whether there is such a role."""
        return bool(engine.run(
            'SELECT 1 FROM pg_roles WHERE rolname = %s', name))

    def guard(self, database: str) -> None:
        """Raise Forbidden for a database that is no tenant's."""
        if database.lower() in self._reserved:
            raise exception.Forbidden(
                reason='database %s belongs to the engine.' % database)

    def owner(self, engine: connection.Connection, database: str) -> str:
        """The role of a tenant's database, made if there is none."""
        with self._lock:
            return self._owner(engine, database)

    def _owner(self, engine: connection.Connection, database: str) -> str:
        self.guard(database)
        rows = engine.run(_OWNER, database)
        if not rows:
            raise DatabaseNotFound(name=database)
        oid, found = rows[0]
        if found.startswith(OWNER_PREFIX):
            return str(found)
        role = '%s%d' % (OWNER_PREFIX, oid)
        if not self.exists(engine, role):
            engine.run(connection.names('CREATE ROLE {} NOLOGIN', role))
        engine.run(connection.names(
            'REVOKE ALL ON DATABASE {} FROM PUBLIC', database))
        engine.run(connection.names(
            'ALTER DATABASE {} OWNER TO {}', database, role))
        if self.exists(engine, ROOT):
            self.lend(engine, role)
        return role

    def lend(self, engine: connection.Connection, role: str) -> None:
        """Let root be this role, and let others be it."""
        engine.run(connection.names('GRANT {} TO {} WITH ADMIN OPTION',
                                    role, ROOT))

    def drop(self, engine: connection.Connection, role: str) -> None:
        """End a role; what it owns goes to the databases' own roles."""
        with self._lock:
            self._drop(engine, role)

    def _drop(self, engine: connection.Connection, role: str) -> None:
        if not self.exists(engine, role):
            return
        for (database,) in engine.run(_OWNS, role):
            self._owner(engine, database)
        for (database,) in engine.run(_HAS_OBJECTS_IN, role):
            heir = engine.run(_OWNER, database)[0][1]
            with self._connector.open(database) as inside:
                inside.run(connection.names('REASSIGN OWNED BY {} TO {}',
                                            role, heir))
                inside.run(connection.names('DROP OWNED BY {}', role))
        engine.run(connection.names('DROP OWNED BY {}', role))
        engine.run(connection.names('DROP ROLE {}', role))

    def sweep(self, engine: connection.Connection) -> None:
        """End roles whose databases are gone."""
        with self._lock:
            for (role,) in engine.run(_NO_MORE_USED):
                self._drop(engine, role)


def is_tenants(name: str) -> bool:
    """Whether a role of this name can be a tenant's."""
    return not name.startswith(rules.RESERVED_PREFIXES)
