# SPDX-License-Identifier: Apache-2.0
"""The MariaDB server: what is started, made and secured."""

from trove.datastores.sqlfamily.guest import engine
from trove.guestkit import shell


class MariaDBEngine(engine.SqlEngine):
    """mariadbd."""

    product = 'MariaDB'
    server = ('/usr/sbin/mariadbd',)
    unit_name = 'trove-mariadb'

    def _make(self, folder: str) -> None:
        shell.run(['mariadb-install-db',
                   '--defaults-file=' + self._places.config, '--rpm',
                   '--user=' + self.user, '--datadir=' + folder,
                   '--skip-test-db', '--skip-name-resolve',
                   '--auth-root-authentication-method=socket',
                   '--auth-root-socket-user=root',
                   '--innodb-flush-method=nosync', '--debug-no-sync'],
                  timeout_s=self._conf.initialise_timeout)

    def convert(self) -> None:
        """Bring tables of an older version up to this one, which runs."""
        shell.run(['mariadb-upgrade', '--no-defaults', '--user=root',
                   '--socket=' + self._places.socket],
                  timeout_s=self._conf.upgrade_timeout)

    def secure(self) -> None:
        """Only root of this machine, through the socket, remains."""
        with self._connector.open() as session:
            for user, host in session.run(
                    "SELECT user, host FROM mysql.user WHERE user = '' OR "
                    "(user = 'root' AND host <> 'localhost')"):
                session.run('DROP USER %s@%s', user, host)
            session.run('DROP DATABASE IF EXISTS test')
