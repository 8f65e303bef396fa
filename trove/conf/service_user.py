# SPDX-License-Identifier: Apache-2.0
"""[service_user]: who vouches for requests that carry a caller's token."""

from keystoneauth1 import loading
from oslo_config import cfg

GROUP = 'service_user'

OPTS = [
    cfg.BoolOpt('send_service_user_token', default=False,
                help='Send a token of Trove\'s own beside a caller\'s, in '
                     'X-Service-Token, to Barbican and Swift. The request '
                     'is then accepted also when the caller\'s token has run '
                     'out meanwhile, and services can tell that it came by '
                     'way of a service. The account needs one of the '
                     'service_token_roles of those services. It is that of '
                     '[service_credentials] unless auth_type or '
                     'auth_section is set here.'),
    *loading.get_auth_common_conf_options(),
]

#: What the usual auth_type takes besides; keystoneauth declares on use what
#: belongs to the one that is set.
USUAL = loading.get_auth_plugin_conf_options('password')
