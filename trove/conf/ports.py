# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: management network and security groups of instances."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.ListOpt('management_networks', default=[],
                help='Networks over which guests reach the broker. The last '
                     'one is attached to each new server as its last port '
                     'and never shown to tenants.'),
    cfg.ListOpt('management_security_groups', default=[],
                help='Security groups of the management port; the '
                     'instance\'s own group when empty.'),
    cfg.BoolOpt('trove_security_groups_support', default=True,
                help='Make a security group for each instance.'),
    cfg.StrOpt('trove_security_group_name_prefix', default='trove_sg',
               help='Prefix of the names of these groups.'),
    cfg.StrOpt('trove_security_group_rule_cidr', default='0.0.0.0/0',
               help='Who reaches an engine when the request does not say.'),
]
