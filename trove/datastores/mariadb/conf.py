# SPDX-License-Identifier: Apache-2.0
"""[mariadb]: options of the MariaDB datastore."""

from oslo_config import cfg

from trove.datastores.sqlfamily import options

GROUP = 'mariadb'

OPTS = options.options(
    tcp_ports=['3306', '4444', '4567', '4568'],
    ignore_users=['os_admin', 'root', 'mariadb.sys', 'mysql']) + [
    cfg.IntOpt('min_cluster_member_count', default=3, min=1,
               help='Fewest members of a cluster.'),
    cfg.BoolOpt('even_cluster_members', default=False,
                help='Allow clusters with an even number of members. Such '
                     'a cluster stops when it is cut into halves, and '
                     'survives no more failures than one with a member '
                     'less.'),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Declare the options on ``conf``."""
    conf.register_opts(OPTS, group=GROUP)
