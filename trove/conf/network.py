# SPDX-License-Identifier: Apache-2.0
"""[network]: where new instances are attached."""

from oslo_config import cfg

GROUP = 'network'

OPTS = [
    cfg.StrOpt('public_network_id',
               help='Network that floating addresses of public instances '
                    'come from; the first external network when unset.'),
    cfg.StrOpt('default_network_id',
               help='Network of an instance whose request names none. '
                    'Without it the only network that the project can use '
                    'is taken; where it can use several, the request is '
                    'refused with a sentence that says so.'),
]
