# SPDX-License-Identifier: Apache-2.0
"""Users and root as MySQL and Percona Server have them."""

from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import quoting
from trove.datastores.sqlfamily.guest import root
from trove.datastores.sqlfamily.guest import users

#: Of the rights that are not as old as SQL, those that stay inside the
#: engine. What is new in a later version is not given until it is known.
_DYNAMIC = frozenset((
    'ALLOW_NONEXISTENT_DEFINER', 'APPLICATION_PASSWORD_ADMIN',
    'BACKUP_ADMIN', 'CONNECTION_ADMIN', 'CREATE_SPATIAL_REFERENCE_SYSTEM',
    'FLUSH_OPTIMIZER_COSTS', 'FLUSH_PRIVILEGES', 'FLUSH_STATUS',
    'FLUSH_TABLES', 'FLUSH_USER_RESOURCES', 'OPTIMIZE_LOCAL_TABLE',
    'ROLE_ADMIN', 'SESSION_VARIABLES_ADMIN', 'SET_ANY_DEFINER',
    'SHOW_ROUTINE', 'XA_RECOVER_ADMIN'))
#: Whoever may write to the grant tables has every right.
_NOT_IN_MYSQL = ('INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER',
                 'INDEX', 'REFERENCES', 'CREATE VIEW', 'CREATE ROUTINE',
                 'ALTER ROUTINE', 'TRIGGER', 'EVENT', 'LOCK TABLES')


class MysqldUsers(users.SqlUsers):
    """Roles are kept among the users, and look like accounts in disuse."""

    _all = users.SqlUsers._all + (
        " AND NOT (account_locked = 'Y' AND password_expired = 'Y' AND "
        "authentication_string = '')")

    # With partial revokes a grant names its database as it is.

    def _target(self, database: str) -> str:
        return quoting.name(database) + '.*'

    def _granted(self, stored: str) -> str:
        return stored


class MysqldRoot(root.SqlRoot):
    """root without SYSTEM_USER, so that the agent's account is safe."""

    def _empower(self, engine: connection.Connection) -> None:
        super()._empower(engine)
        for (right,) in engine.run(
                'SELECT privilege_type FROM information_schema.'
                "user_privileges WHERE grantee = '''root''@''localhost'''"):
            if right in _DYNAMIC:
                engine.run("GRANT %s ON *.* TO 'root'@'%%%%' WITH GRANT "
                           'OPTION' % right)
        engine.run("REVOKE %s ON mysql.* FROM 'root'@'%%%%'"
                   % ', '.join(_NOT_IN_MYSQL))
