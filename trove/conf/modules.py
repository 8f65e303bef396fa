# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: modules."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.ListOpt('module_types', default=['ping', 'new_relic_license'],
                help='Types of modules that may be made. The guest images '
                     'must know each of them.'),
    cfg.IntOpt('module_contents_most', default=16 * 1024 ** 2, min=1024,
               max=16 * 1024 ** 2,
               help='Characters (base64) that the contents of a module may '
                    'have. Lower it where tenants should not fill the '
                    'database, or where the types of modules that are '
                    'offered need little: contents are kept sealed in the '
                    'database, and go to guests in pieces.'),
    cfg.IntOpt('module_reapply_max_batch_size', default=50, min=1,
               help='To so many instances at a time a tenant may have a '
                    'module applied again.'),
    cfg.IntOpt('module_reapply_min_batch_delay', default=2, min=0,
               help='Seconds that a tenant must leave between two such '
                    'batches.'),
]
