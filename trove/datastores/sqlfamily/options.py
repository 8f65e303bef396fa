# SPDX-License-Identifier: Apache-2.0
"""Options that each engine of the MySQL family has in its own group."""

import typing

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
        *common.room(),
    ]
