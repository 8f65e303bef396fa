# SPDX-License-Identifier: Apache-2.0
"""Options that each engine of the MySQL family has in its own group."""

import typing

from oslo_config import cfg

from trove.datastores import options as common


def options(tcp_ports: list[str], ignore_users: list[str]
            ) -> list[typing.Any]:
    """The options, with these defaults."""
    return [
        *common.options(
            tcp_ports=tcp_ports, mount_point='/var/lib/mysql',
            ignore_users=ignore_users,
            ignore_dbs=['mysql', 'information_schema', 'performance_schema',
                        'sys'],
            exposed_logs=['general', 'slow_query'],
            upgrade_help='Seconds an engine may take to make the data of an '
                         'older version its own. Raise it where instances '
                         'have many tables.'),
        cfg.IntOpt('log_size_mb', default=64, min=1,
                   help='MB that a log may grow to before the guest begins '
                        'a new file; one old file is kept. Logs are on the '
                        'root disk, which has to hold twice this for each.'),
    ]
