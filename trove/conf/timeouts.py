# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: how long the taskmanager waits for whom."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.IntOpt('usage_timeout', default=1800, min=1,
               help='Seconds a new guest may take from the start of its '
                    'server to its first sign of life, and again from there '
                    'to a running engine.'),
    cfg.IntOpt('server_build_time_out', default=600, min=1,
               help='Seconds a new server may take to become active. Raise '
                    'it where images are copied slowly.'),
    cfg.IntOpt('server_delete_time_out', default=60, min=1,
               help='Seconds a server may take to be gone.'),
    cfg.IntOpt('volume_time_out', default=60, min=1,
               help='Seconds a volume may take to become available, or to '
                    'be gone.'),
    cfg.IntOpt('resize_time_out', default=900, min=1,
               help='Seconds a server may take to be resized or migrated, and '
                    'again from there to the first word of its guest.'),
    cfg.IntOpt('revert_time_out', default=600, min=1,
               help='Seconds a server may take to go back to what it was '
                    'before a resize that failed.'),
    cfg.IntOpt('reboot_time_out', default=120, min=1,
               help='Seconds a server may take to be rebooted.'),
    cfg.IntOpt('port_delete_time_out', default=60, min=1,
               help='Seconds a security group may stay in use by ports that '
                    'are being removed.'),
]
