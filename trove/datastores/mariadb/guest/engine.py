# SPDX-License-Identifier: Apache-2.0
"""The MariaDB server: what is started, made and secured."""

import typing

from trove.common import exception
from trove.datastores.sqlfamily.guest import engine
from trove.guestkit import disks
from trove.guestkit import shell

#: Less is no room; and so often in a row, about once a second, it is seen
#: before an upgrade is given up.
_NO_ROOM = 1024 ** 2
_LOOKS = 5


class NoRoom(exception.GuestFailed):
    """The engine waits for room, and would do so for ever."""

    template = ('%(product)s cannot bring its tables up to this version: the '
                'volume is full. Resize it and try again.')


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
                  timeout_s=self._conf.upgrade_timeout,
                  check=self._room_checker())

    def _room_checker(self) -> typing.Callable[[], None]:
        """Raises NoRoom when there has been none for some calls.

        Aria waits for someone to free space, and answers nobody meanwhile.
        """
        full = 0

        def check() -> None:
            nonlocal full
            free = disks.usage(self._places.mount_point).available
            full = full + 1 if free < _NO_ROOM else 0
            if full >= _LOOKS:
                raise NoRoom(product=self.product)
        return check

    def secure(self) -> None:
        """Only root of this machine, through the socket, remains."""
        super().secure()
        with self._connector.open() as session:
            session.run('DROP DATABASE IF EXISTS test')
