# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's guest half, put together."""

from trove.datastores import interfaces
from trove.datastores.postgresql import conf
from trove.datastores.postgresql.guest import access
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import databases
from trove.datastores.postgresql.guest import engine as pg_engine
from trove.datastores.postgresql.guest import logs as pg_logs
from trove.datastores.postgresql.guest import places as where
from trove.datastores.postgresql.guest import properties
from trove.datastores.postgresql.guest import reloading
from trove.datastores.postgresql.guest import roles as owners
from trove.datastores.postgresql.guest import root
from trove.datastores.postgresql.guest import space
from trove.datastores.postgresql.guest import tls
from trove.datastores.postgresql.guest import tuning
from trove.datastores.postgresql.guest import upgrades
from trove.datastores.postgresql.guest import users
from trove.guestkit import room


def build(kit: interfaces.Kit,
          settings: interfaces.Settings) -> interfaces.Driver:
    """The Driver for PostgreSQL on this machine."""
    conf.register(settings.conf)
    options = settings.conf.postgresql
    places = where.places(settings)
    layers = properties.PropertyLayers(
        base=places.config, folder=places.layers, owner=where.USER)
    connector = connection.Connector(places)
    reload = reloading.Reloader(connector)
    door = access.Access(places)
    logs = pg_logs.PgLogs(places, layers, connector, reload,
                          options.log_size_mb)
    guard = room.Guard(places.data, options.read_only_below,
                       space.Brake(layers, connector, reload))
    roles = owners.Roles(connector, options.ignore_dbs)
    engine = pg_engine.PgEngine(kit, settings, places, layers, connector,
                                logs, door, guard)
    return interfaces.Driver(
        engine=engine, logs=logs,
        tuning=tuning.PgTuning(places, layers, connector, door, logs, reload),
        databases=databases.PgDatabases(connector, roles,
                                        options.ignore_dbs),
        users=users.PgUsers(connector, roles, options.ignore_users),
        root=root.PgRoot(connector, roles),
        tls=tls.PgTls(places, layers, connector, door, reload, logs),
        upgrades=upgrades.PgUpgrades(places, engine, connector,
                                     options.upgrade_timeout))
