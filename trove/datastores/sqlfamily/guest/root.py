# SPDX-License-Identifier: Apache-2.0
"""The superuser of the MySQL family, for a tenant who asks for it."""

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection

_OUTSIDE = ("SELECT host FROM mysql.user WHERE user = 'root' AND "
            "host NOT IN ('localhost', '127.0.0.1', '::1')")

#: Not among them: FILE (the server's files), SUPER (where logs are written
#: to, and as whom), SHUTDOWN (the agent's).
RIGHTS = (
    'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD',
    'PROCESS', 'REFERENCES', 'INDEX', 'ALTER', 'SHOW DATABASES',
    'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'REPLICATION SLAVE',
    'REPLICATION CLIENT', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE',
    'ALTER ROUTINE', 'CREATE USER', 'EVENT', 'TRIGGER')


class SqlRoot(interfaces.Root):
    """root from everywhere with a password; the agent's root is another."""

    def __init__(self, connector: connection.Connector,
                 requirement: connection.Requirement = connection.nothing
                 ) -> None:
        self._connector = connector
        self._requirement = requirement

    def enable(self, password: str) -> None:
        """Let root in from outside with this password."""
        with self._connector.open() as engine:
            engine.run("CREATE USER IF NOT EXISTS 'root'@'%%' IDENTIFIED "
                       'BY %s' + self._requirement(engine), password)
            engine.run("ALTER USER 'root'@'%%' IDENTIFIED BY %s", password)
            self._empower(engine)

    def _empower(self, engine: connection.Connection) -> None:
        """All rights but those that lead out of the engine."""
        engine.run("GRANT %s ON *.* TO 'root'@'%%%%' WITH GRANT OPTION"
                   % ', '.join(RIGHTS))

    def disable(self) -> None:
        """Drop every root account that is not the agent's."""
        with self._connector.open() as engine:
            for (host,) in engine.run(_OUTSIDE):
                engine.run("DROP USER 'root'@%s", host)

    def is_enabled(self) -> bool:
        """Whether a root account for outside exists."""
        with self._connector.open() as engine:
            return bool(engine.run(_OUTSIDE))
