# SPDX-License-Identifier: Apache-2.0
"""Where PostgreSQL's things lie on the machine."""

import dataclasses
import glob
import os
import re

from trove.datastores import interfaces

USER = 'postgres'
PORT = 5432
_PROGRAMS = '/usr/lib/postgresql/*/bin'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Paths of one engine."""

    config_folder: str
    runtime: str
    logs: str
    mount_point: str
    port: int

    @property
    def config(self) -> str:
        """The base configuration."""
        return os.path.join(self.config_folder, 'postgresql.conf')

    @property
    def layers(self) -> str:
        """The folder of its layers."""
        return os.path.join(self.config_folder, 'conf.d')

    @property
    def access(self) -> str:
        """Who may come in, and how."""
        return os.path.join(self.config_folder, 'pg_hba.conf')

    @property
    def identities(self) -> str:
        """Which user of the machine is whom in the engine."""
        return os.path.join(self.config_folder, 'pg_ident.conf')

    @property
    def tls(self) -> str:
        """The folder of certificates and keys."""
        return os.path.join(self.config_folder, 'tls')

    @property
    def first_words(self) -> str:
        """What the engine says before it has its log."""
        return os.path.join(self.logs, 'postgresql-start.log')

    @property
    def data(self) -> str:
        """The data folder, below the mount point and not itself."""
        return os.path.join(self.mount_point, 'data')

    @property
    def version(self) -> str:
        """Where the engine writes what version its data is of."""
        return os.path.join(self.data, 'PG_VERSION')

    @property
    def socket(self) -> str:
        """The socket of the engine."""
        return os.path.join(self.runtime, '.s.PGSQL.%d' % self.port)

    @property
    def pid_file(self) -> str:
        """Where the engine writes its process number."""
        return os.path.join(self.data, 'postmaster.pid')


def places(settings: interfaces.Settings) -> Places:
    """The places on a machine with these settings."""
    return Places(
        config_folder=settings.path('/etc/postgresql'),
        runtime=settings.path('/run/postgresql'),
        logs=settings.path('/var/log/postgresql'),
        mount_point=settings.path(settings.conf.postgresql.mount_point),
        port=settings.port or PORT)


def programs() -> str:
    """The folder of the newest engine that is installed."""
    found = sorted(glob.glob(_PROGRAMS), key=_number)
    # Where none is installed, what is missing is named by its usual place.
    return found[-1] if found else '/usr/lib/postgresql/bin'


def _number(folder: str) -> float:
    found = re.search(r'/(\d+(?:\.\d+)?)/bin', folder)
    return float(found[1]) if found else 0
