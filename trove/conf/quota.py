# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: what a project may use unless its own quota says otherwise."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.IntOpt('max_instances_per_tenant', default=10, min=-1,
               help='Instances of a project; -1 for no limit.'),
    cfg.IntOpt('max_ram_per_tenant', default=-1, min=-1,
               help='Memory in MB of all instances of a project; -1 for no '
                    'limit.'),
    cfg.IntOpt('max_volumes_per_tenant', default=40, min=-1,
               help='GB of all volumes of a project; -1 for no limit.'),
    cfg.IntOpt('max_backups_per_tenant', default=50, min=-1,
               help='Backups of a project; -1 for no limit.'),
    cfg.IntOpt('max_accepted_volume_size', default=10, min=1,
               help='GB of the largest volume an instance may have.'),
    cfg.ListOpt('reserved_network_cidrs', default=[],
                help='Networks that tenants\' subnets may not overlap, in '
                     'CIDR form: those that guests reach the control plane '
                     'over.'),
]
