# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: data volumes of instances."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.StrOpt('cinder_volume_type',
               help='Volume type where the request names none; Cinder\'s '
                    'own default when unset.'),
    cfg.BoolOpt('enable_volume_az', default=False,
                help='Make the volume in the zone of its server. Needed '
                     'where volumes cannot be attached across zones.'),
]
