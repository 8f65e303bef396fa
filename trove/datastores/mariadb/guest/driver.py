# SPDX-License-Identifier: Apache-2.0
"""MariaDB's guest half, put together."""

from trove.datastores import interfaces
from trove.datastores.mariadb import conf
from trove.datastores.mariadb.guest import engine as mariadb_engine
from trove.datastores.mariadb.guest import tls as mariadb_tls
from trove.datastores.mariadb.guest import users
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import databases
from trove.datastores.sqlfamily.guest import logs as sql_logs
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import root
from trove.datastores.sqlfamily.guest import space
from trove.datastores.sqlfamily.guest import tuning
from trove.datastores.sqlfamily.guest import upgrades
from trove.datastores.sqlfamily.guest import variables
from trove.guestkit import room

#: Our own way in, whatever a tenant or a restored backup has made of it.
_AT_START = """\
SET SESSION sql_log_bin = 0, tx_read_only = 0;
CREATE USER IF NOT EXISTS root@localhost IDENTIFIED VIA unix_socket;
ALTER USER root@localhost IDENTIFIED VIA unix_socket;
ALTER USER root@localhost ACCOUNT UNLOCK;
GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION;
"""
#: Without symbolic links the engine ignores DATA DIRECTORY, with which every
#: user put tables on the server's own disk, or into its memory: no snapshot
#: has those, and a server that is rebuilt, or only rebooted, has lost them.
_OWN: interfaces.Item = {'symbolic_links': False}


def build(kit: interfaces.Kit,
          settings: interfaces.Settings) -> interfaces.Driver:
    """The Driver for MariaDB on this machine."""
    conf.register(settings.conf)
    options = settings.conf.mariadb
    places = where.places(settings, options.mount_point)
    layers = tuning.layers(places)
    connector = connection.Connector(
        places.socket, 'max_statement_time = 0, tx_read_only = 0')
    logs = sql_logs.SqlLogs(places, layers, connector, options.log_size_mb)
    tls = mariadb_tls.MariaDBTls(connector, layers, places.tls,
                                 options.ignore_users)
    guard = room.Guard(places.data, options.read_only_below,
                       space.Brake(layers, connector))
    engine = mariadb_engine.MariaDBEngine(kit, options, places, connector,
                                          logs, guard, tls.settle)
    return interfaces.Driver(
        engine=engine, logs=logs, tls=tls, tuning=tuning.IniTuning(
            places, settings.port or where.PORT,
            variables.SqlVariables(connector), _OWN, _AT_START),
        databases=databases.SqlDatabases(connector, options.ignore_dbs),
        users=users.MariaDBUsers(connector, options.ignore_users,
                                 tls.requirement),
        root=root.SqlRoot(connector, tls.requirement),
        upgrades=upgrades.SqlUpgrades('MariaDB', engine, connector, places,
                                      layers, engine.convert))
