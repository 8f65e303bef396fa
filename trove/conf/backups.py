# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: backups, and making instances of them."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.StrOpt('storage_strategy', default='swift',
               choices=[('swift', 'Objects in the object store.'),
                        ('cinder', 'Snapshots of volumes.')],
               help='How backups are kept. A request that names another '
                    'storage_driver is refused.'),
    cfg.FloatOpt('running_backups_expires', default=3, min=0,
                 help='Days for which a backup that runs cannot be '
                      'deleted; one that has run longer counts as lost.'),
    cfg.FloatOpt('restore_room_factor', default=1.0, min=1.0,
                 help='How many times the size of a backup the new '
                      'instance\'s disk must hold at least. Raise it where '
                      'engines need room to unpack.'),
]
