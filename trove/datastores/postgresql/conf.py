# SPDX-License-Identifier: Apache-2.0
"""[postgresql]: options of the PostgreSQL datastore."""

from oslo_config import cfg

from trove.datastores import options

GROUP = 'postgresql'

OPTS = [
    *options.options(
        tcp_ports=['5432'], mount_point='/var/lib/postgresql',
        ignore_users=['os_admin', 'postgres', 'root'],
        ignore_dbs=['os_admin', 'postgres', 'template0', 'template1'],
        exposed_logs=['general'],
        upgrade_help='Seconds each part of taking over the data of an older '
                     'version may take: pg_upgrade, building text indexes '
                     'anew, gathering statistics. Raise it for databases '
                     'with very many tables or large indexes on text.'),
    *options.room(),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Declare the options on ``conf``."""
    conf.register_opts(OPTS, group=GROUP)
