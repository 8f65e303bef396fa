# SPDX-License-Identifier: Apache-2.0
"""The server of MySQL and Percona Server."""

import os
import typing

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import accounts
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import databases
from trove.datastores.sqlfamily.guest import engine
from trove.datastores.sqlfamily.guest import logs as sql_logs
from trove.datastores.sqlfamily.guest import mysqldkeys
from trove.datastores.sqlfamily.guest import mysqldtls
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import space
from trove.datastores.sqlfamily.guest import tuning
from trove.datastores.sqlfamily.guest import upgrades
from trove.datastores.sqlfamily.guest import variables
from trove.guestkit import room
from trove.guestkit import shell

#: An empty engine, made when the image was; holds no key and no server id.
SEED = '/usr/lib/trove-engine/data'

#: Our own way in, whatever a tenant or a restored backup has made of it.
_AT_START = """\
SET SESSION sql_log_bin = 0, transaction_read_only = 0;
CREATE USER IF NOT EXISTS root@localhost IDENTIFIED WITH auth_socket;
ALTER USER root@localhost IDENTIFIED WITH auth_socket
WITH MAX_USER_CONNECTIONS 1000 PASSWORD EXPIRE NEVER ACCOUNT UNLOCK;
GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION;
"""
_OWN: interfaces.Item = {
    'plugin_load_add': 'auth_socket.so',
    # A grant on a_b is one on a_b alone, and a right can be taken from root
    # in one database.
    'partial_revokes': True,
    # Another door, on another port, which nobody has asked for.
    'mysqlx': False,
    'secure_file_priv': 'NULL',
}


class Mysqld(engine.SqlEngine):
    """mysqld."""

    server = ('/usr/sbin/mysqld',)
    unit_name = 'trove-mysqld'

    def __init__(self, product: str, seed: str,
                 keys: mysqldkeys.MysqldKeys, kit: interfaces.Kit,
                 options: typing.Any, places: where.Places,
                 connector: connection.Connector, logs: sql_logs.SqlLogs,
                 guard: room.Guard,
                 started: typing.Callable[[], None]) -> None:
        self.product = product
        self._seed = seed
        self._keys = keys
        super().__init__(kit, options, places, connector, logs, guard,
                         started)

    def _make(self, folder: str) -> None:
        # To start without one took 3.7 seconds, of which the server spent
        # most waiting for its own threads; a copy takes 0.1.
        if os.path.isdir(self._seed):
            shell.run(['cp', '-a', '--sparse=always', self._seed + '/.',
                       folder], timeout_s=self._conf.initialise_timeout)
            return
        shell.run([*self.server, '--no-defaults', '--initialize-insecure',
                   '--user=' + self.user, '--datadir=' + folder,
                   '--log-error=' + self._places.log(sql_logs.ERROR),
                   '--innodb-flush-method=nosync',
                   '--innodb-redo-log-capacity=64M', '--disable-log-bin',
                   '--performance-schema=OFF', '--mysqlx=OFF',
                   '--auto-generate-certs=OFF',
                   '--caching-sha2-password-auto-generate-rsa-keys=OFF'],
                  timeout_s=self._conf.initialise_timeout)

    def start(self) -> None:
        """Start the server, with no key beside its data."""
        self._keys.sweep()
        super().start()


class MysqldTuning(tuning.IniTuning):
    """The files that it is started with name ``keys``, which are there."""

    def __init__(self, keys: mysqldkeys.MysqldKeys, places: where.Places,
                 port: int, running: variables.SqlVariables) -> None:
        super().__init__(places, port, running, {**_OWN, **keys.settings},
                         _AT_START)
        self._keys = keys

    def write_base(self, config: str) -> None:
        """Write the base configuration, and make what it names."""
        self._keys.ensure()
        super().write_base(config)


def build(kit: interfaces.Kit, settings: interfaces.Settings,
          options: typing.Any, product: str) -> interfaces.Driver:
    """The Driver for such a server on this machine."""
    places = where.places(settings, options.mount_point)
    layers = tuning.layers(places)
    connector = connection.Connector(
        places.socket, 'max_execution_time = 0, transaction_read_only = 0')
    logs = sql_logs.SqlLogs(places, layers, connector, options.log_size_mb)
    keys = mysqldkeys.MysqldKeys(places.keys, places.data)
    tls = mysqldtls.MysqldTls(connector, layers, places.tls,
                              options.ignore_users, keys)
    guard = room.Guard(places.data, options.read_only_below,
                       space.Brake(layers, connector))
    server = Mysqld(product, settings.path(SEED), keys, kit, options, places,
                    connector, logs, guard, tls.settle)
    return interfaces.Driver(
        engine=server, logs=logs, tls=tls, tuning=MysqldTuning(
            keys, places, settings.port or where.PORT,
            variables.SqlVariables(connector)),
        databases=databases.SqlDatabases(connector, options.ignore_dbs),
        users=accounts.MysqldUsers(connector, options.ignore_users,
                                   tls.requirement),
        root=accounts.MysqldRoot(connector, tls.requirement),
        upgrades=upgrades.SqlUpgrades(
            product, server, connector, places, layers,
            # It does all by itself when it starts.
            lambda: None))
