# SPDX-License-Identifier: Apache-2.0
"""[postgresql]: options of the PostgreSQL datastore."""

from oslo_config import cfg

GROUP = 'postgresql'

OPTS = [
    cfg.ListOpt('tcp_ports', default=['5432'],
                help='TCP ports, or ranges of them such as 5432-5433, that '
                     'the security group of an instance lets in.'),
    cfg.ListOpt('udp_ports', default=[],
                help='The same for UDP.'),
    cfg.StrOpt('mount_point', default='/var/lib/postgresql',
               help='Where a guest mounts the data volume. Applies to new '
                    'instances.'),
    cfg.StrOpt('device_path', default='/dev/vdb',
               help='Where a guest finds the data volume when the serial '
                    'numbers of its disks are not visible.'),
    cfg.BoolOpt('volume_support', default=True,
                help='Keep data on a volume of its own. Switch it off where '
                     'the cloud has no volumes: data then lives and dies '
                     'with the server.'),
    cfg.BoolOpt('root_on_create', default=False,
                help='Enable the root user of each new instance and show '
                     'its password in the answer.'),
    cfg.IntOpt('default_password_length', default=36, min=16, max=255,
               help='Length of the passwords that are made up for users.'),
    cfg.ListOpt('ignore_users', default=['os_admin', 'postgres', 'root'],
                help='User names that tenants neither see nor may take. '
                     'Keep the engine\'s own in the list.'),
    cfg.ListOpt('ignore_dbs', default=['os_admin', 'postgres', 'template0',
                                       'template1'],
                help='Database names that tenants neither see nor may take. '
                     'Keep the engine\'s own in the list.'),
    cfg.ListOpt('guest_log_exposed_logs', default=['general'],
                help='Logs that a tenant may switch on and read.'),
    cfg.IntOpt('initialise_timeout', default=300, min=10,
               help='Seconds a guest may take to make an empty engine. '
                    'Raise it for slow volumes.'),
    cfg.IntOpt('start_timeout', default=180, min=5,
               help='Seconds an engine may take from its start to its first '
                    'answer, recovery after a crash included. Raise it '
                    'where instances have much memory and slow volumes.'),
    cfg.IntOpt('stop_timeout', default=120, min=5,
               help='Seconds an engine may take to stop before it is '
                    'killed. Killing it loses no committed data but makes '
                    'the next start slower.'),
    cfg.IntOpt('upgrade_timeout', default=3600, min=60,
               help='Seconds each part of taking over the data of an older '
                    'version may take: pg_upgrade, building text indexes '
                    'anew, gathering statistics. Raise it for databases '
                    'with very many tables or large indexes on text.'),
    cfg.IntOpt('read_only_below', default=5, min=1, max=50,
               help='Percentage of the data volume, at least 64 MB, that '
                    'must be free. Below it transactions are read-only, '
                    'because an engine that cannot write its log stops.'),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Declare the options on ``conf``."""
    conf.register_opts(OPTS, group=GROUP)
