# SPDX-License-Identifier: Apache-2.0
"""Options that every engine has in its own group."""

import typing

from oslo_config import cfg


def options(*, tcp_ports: list[str], mount_point: str,
            ignore_users: list[str], ignore_dbs: list[str],
            exposed_logs: list[str], upgrade_help: str) -> list[typing.Any]:
    """The options, with an engine's defaults."""
    return [
        cfg.ListOpt('tcp_ports', default=tcp_ports,
                    help='TCP ports, or ranges of them such as %s, that the '
                         'security group of an instance lets in.' % _range(
                             tcp_ports)),
        cfg.ListOpt('udp_ports', default=[],
                    help='The same for UDP.'),
        cfg.StrOpt('mount_point', default=mount_point,
                   help='Where a guest mounts the data volume. Applies to '
                        'new instances.'),
        cfg.StrOpt('device_path', default='/dev/vdb',
                   help='Where a guest finds the data volume when the '
                        'serial numbers of its disks are not visible.'),
        cfg.BoolOpt('volume_support', default=True,
                    help='Keep data on a volume of its own. Switch it off '
                         'where the cloud has no volumes: data then lives '
                         'and dies with the server.'),
        cfg.BoolOpt('root_on_create', default=False,
                    help='Enable the root user of each new instance and '
                         'show its password in the answer.'),
        cfg.IntOpt('default_password_length', default=36, min=16, max=255,
                   help='Length of the passwords that are made up for '
                        'users.'),
        cfg.ListOpt('ignore_users', default=ignore_users,
                    help='User names that tenants neither see nor may take. '
                         'Keep the engine\'s own in the list.'),
        cfg.ListOpt('ignore_dbs', default=ignore_dbs,
                    help='Database names that tenants neither see nor may '
                         'take. Keep the engine\'s own in the list.'),
        cfg.ListOpt('guest_log_exposed_logs', default=exposed_logs,
                    help='Logs that a tenant may switch on and read.'),
        cfg.IntOpt('initialise_timeout', default=300, min=10,
                   help='Seconds a guest may take to make an empty engine. '
                        'Raise it for slow volumes.'),
        cfg.IntOpt('start_timeout', default=180, min=5,
                   help='Seconds an engine may take from its start to its '
                        'first answer, recovery after a crash included. '
                        'Raise it where instances have much memory and slow '
                        'volumes.'),
        cfg.IntOpt('stop_timeout', default=120, min=5,
                   help='Seconds an engine may take to stop before it is '
                        'killed. Killing it loses no committed data but '
                        'makes the next start slower.'),
        cfg.IntOpt('upgrade_timeout', default=3600, min=60,
                   help=upgrade_help),
        cfg.IntOpt('log_size_mb', default=64, min=1,
                   help='MB that a log may grow to before the guest begins '
                        'a new file; one old file is kept. Logs are on the '
                        'root disk, which has to hold twice this for each.'),
    ]


def room() -> list[typing.Any]:
    """The options of an engine that is kept from filling its volume."""
    return [
        cfg.IntOpt('read_only_below', default=5, min=1, max=50,
                   help='Percentage of the data volume, at least 64 MB, '
                        'that must be free. Below it transactions are '
                        'read-only, because an engine that has no room at '
                        'all may not start again, and one that cannot write '
                        'its log stops.'),
    ]


def _range(ports: list[str]) -> str:
    """An example: the first port and the one after it."""
    return '%s-%d' % (ports[0], int(ports[0]) + 1)
