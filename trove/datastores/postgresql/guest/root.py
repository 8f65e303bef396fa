# SPDX-License-Identifier: Apache-2.0
"""The administrator of the tenant.

root is no superuser: one could run programs and read files of the server,
as the engine's user, and change what the agent relies on. It makes
databases and roles, reads and writes all data, sees and ends all sessions.
"""

from trove.datastores import interfaces
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import roles as owners

#: Roles of the engine that root is a member of, where the version has them.
_MEMBER_OF = ('pg_monitor', 'pg_signal_backend', 'pg_read_all_data',
              'pg_write_all_data', 'pg_checkpoint', 'pg_maintain',
              'pg_use_reserved_connections')
_TENANTS = ('SELECT rolname FROM pg_roles WHERE NOT rolsuper AND '
            "rolname NOT LIKE 'pg\\_%' AND "
            # A role cannot be lent to one of its own members.
            "NOT pg_has_role(oid, 'root'::regrole, 'MEMBER')")


class PgRoot(interfaces.Root):
    """root with a password, from everywhere."""

    def __init__(self, connector: connection.Connector,
                 roles: owners.Roles) -> None:
        self._connector = connector
        self._roles = roles

    def enable(self, password: str) -> None:
        """Let root in with this password."""
        with self._connector.open() as engine:
            if not self._roles.exists(engine, owners.ROOT):
                engine.run('CREATE ROLE root NOLOGIN')
            engine.run('ALTER ROLE root CREATEDB CREATEROLE')
            engine.run('GRANT CONNECT ON DATABASE postgres TO root')
            for role in _MEMBER_OF:
                if self._roles.exists(engine, role):
                    engine.run(connection.names('GRANT {} TO root', role))
            for (role,) in engine.run(_TENANTS):
                self._roles.lend(engine, role)
            engine.run(connection.names(
                'ALTER ROLE root LOGIN PASSWORD {verifier}',
                verifier=engine.verifier(owners.ROOT, password)))

    def disable(self) -> None:
        """Let root in no more; what it made stays, and works."""
        with self._connector.open() as engine:
            if not self._roles.exists(engine, owners.ROOT):
                return
            engine.run('ALTER ROLE root NOLOGIN PASSWORD NULL')
            members = engine.run(
                'SELECT DISTINCT pg_get_userbyid(m.member) FROM '
                "pg_auth_members m WHERE m.roleid = 'root'::regrole")
            for (member,) in members:
                engine.run(connection.names('REVOKE root FROM {} CASCADE',
                                            member))
            engine.run('SELECT pg_terminate_backend(pid) FROM '
                       "pg_stat_activity WHERE usename = 'root'")

    def is_enabled(self) -> bool:
        """Whether root can log in."""
        with self._connector.open() as engine:
            return bool(engine.run(
                "SELECT 1 FROM pg_roles WHERE rolname = 'root' AND "
                'rolcanlogin'))
