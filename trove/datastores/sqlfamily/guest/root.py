# SPDX-License-Identifier: Apache-2.0
"""The superuser of the MySQL family, for a tenant who asks for it."""

from trove.datastores import interfaces

_OUTSIDE = ("SELECT host FROM mysql.user WHERE user = 'root' AND "
            "host NOT IN ('localhost', '127.0.0.1', '::1')")


class SqlRoot(interfaces.Root):
    """root from everywhere with a password; the agent's root is another."""

    def __init__(self, connector):
        self._connector = connector

    def enable(self, password):
        """Let root in from outside with this password."""
        with self._connector.open() as connection:
            connection.run("CREATE USER IF NOT EXISTS 'root'@'%%' IDENTIFIED "
                           'BY %s', password)
            connection.run("ALTER USER 'root'@'%%' IDENTIFIED BY %s",
                           password)
            connection.run("GRANT ALL PRIVILEGES ON *.* TO 'root'@'%%' "
                           'WITH GRANT OPTION')

    def disable(self):
        """Drop every root account that is not the agent's."""
        with self._connector.open() as connection:
            for (host,) in connection.run(_OUTSIDE):
                connection.run("DROP USER 'root'@%s", host)

    def is_enabled(self):
        """Whether a root account for outside exists."""
        with self._connector.open() as connection:
            return bool(connection.run(_OUTSIDE))
