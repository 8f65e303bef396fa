# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: data volumes of instances."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.BoolOpt('trove_volume_support', default=True,
                help='Switch it off where the cloud has no volumes: flavors '
                     'then tell the ephemeral disk that data is kept on, as '
                     'local_storage. Whether an engine keeps its data on a '
                     'volume is said by volume_support in its own group.'),
    cfg.StrOpt('cinder_volume_type',
               help='Volume type where the request names none; Cinder\'s '
                    'own default when unset.'),
    cfg.BoolOpt('enable_volume_az', default=False,
                help='Make the volume in the zone of its server. Needed '
                     'where volumes cannot be attached across zones.'),
]
