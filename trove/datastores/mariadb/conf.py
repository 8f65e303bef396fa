# SPDX-License-Identifier: Apache-2.0
"""[mariadb]: options of the MariaDB datastore."""

from oslo_config import cfg

GROUP = 'mariadb'

OPTS = [
    cfg.ListOpt('tcp_ports', default=['3306', '4444', '4567', '4568'],
                help='TCP ports, or ranges of them such as 4567-4568, that '
                     'the security group of an instance lets in.'),
    cfg.ListOpt('udp_ports', default=[],
                help='The same for UDP.'),
    cfg.StrOpt('mount_point', default='/var/lib/mysql',
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
    cfg.ListOpt('ignore_users', default=['os_admin', 'root', 'mariadb.sys',
                                         'mysql'],
                help='User names that tenants neither see nor may take. '
                     'Keep the engine\'s own in the list.'),
    cfg.ListOpt('ignore_dbs', default=['mysql', 'information_schema',
                                       'performance_schema', 'sys'],
                help='Database names that tenants neither see nor may take. '
                     'Keep the engine\'s own in the list.'),
    cfg.ListOpt('guest_log_exposed_logs', default=['general', 'slow_query'],
                help='Logs that a tenant may switch on and read.'),
    cfg.IntOpt('min_cluster_member_count', default=3, min=1,
               help='Fewest members of a cluster.'),
    cfg.BoolOpt('even_cluster_members', default=False,
                help='Allow clusters with an even number of members. Such '
                     'a cluster stops when it is cut into halves, and '
                     'survives no more failures than one with a member '
                     'less.'),
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
]


def register(conf: cfg.ConfigOpts) -> None:
    """Declare the options on ``conf``."""
    conf.register_opts(OPTS, group=GROUP)
