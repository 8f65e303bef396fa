# SPDX-License-Identifier: Apache-2.0
"""Where the things of the MySQL family lie on the machine."""

import dataclasses
import os

from trove.datastores import interfaces

USER = 'mysql'
PORT = 3306


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Paths of one engine."""

    config: str
    layers: str
    tls: str
    keys: str
    runtime: str
    logs: str
    mount_point: str

    @property
    def data(self) -> str:
        """The data folder, below the mount point and not itself."""
        return os.path.join(self.mount_point, 'data')

    @property
    def socket(self) -> str:
        """The socket of the engine."""
        return os.path.join(self.runtime, 'mysqld.sock')

    @property
    def pid_file(self) -> str:
        """Where the engine writes its process number."""
        return os.path.join(self.runtime, 'mysqld.pid')

    @property
    def kept(self) -> str:
        """The data of an older version, until nobody needs it any more; the
        version follows."""
        return os.path.join(self.mount_point, 'data.kept')

    @property
    def scratch(self) -> str:
        """Where the engine sorts what is larger than its memory."""
        return os.path.join(self.mount_point, 'scratch')

    @property
    def at_start(self) -> str:
        """What the engine runs at each start."""
        return os.path.join(os.path.dirname(self.config), 'trove-start.sql')

    @property
    def exchange(self) -> str:
        """The one folder that statements may read and write files in."""
        return os.path.join(os.path.dirname(self.config), 'trove-files')

    @property
    def first_words(self) -> str:
        """What the engine says before it has opened its log."""
        return self.log('first-words')

    def log(self, name: str) -> str:
        """The file of a log."""
        return os.path.join(self.logs, name + '.log')


def places(settings: interfaces.Settings, mount_point: str) -> Places:
    """The places on a machine with these settings."""
    return Places(
        config=settings.path('/etc/mysql/trove.cnf'),
        layers=settings.path('/etc/mysql/trove.d'),
        tls=settings.path('/etc/mysql/trove-tls'),
        keys=settings.path('/etc/mysql/trove-keys'),
        runtime=settings.path('/run/mysqld'),
        logs=settings.path('/var/log/mysql'),
        mount_point=settings.path(mount_point))
