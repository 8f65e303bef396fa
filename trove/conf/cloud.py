# SPDX-License-Identifier: Apache-2.0
"""[service_credentials]: the account that owns servers, ports, volumes."""

from oslo_config import cfg

GROUP = 'service_credentials'

OPTS = [
    cfg.StrOpt('auth_url',
               help='URL of Keystone v3, for example '
                    'http://controller/identity/v3. Must be set for the '
                    'services that reach the cloud.'),
    cfg.StrOpt('username', default='trove',
               help='User that servers, ports and volumes are made by.'),
    cfg.StrOpt('password', secret=True,
               help='Password of the user. It has no default.'),
    cfg.StrOpt('project_id',
               help='Project that owns servers, ports and volumes; '
                    'project_name is asked when unset.'),
    cfg.StrOpt('project_name', default='service',
               help='Name of that project, where project_id is not set.'),
    cfg.StrOpt('user_domain_name', default='Default',
               help='Domain of the user.'),
    cfg.StrOpt('project_domain_name', default='Default',
               help='Domain of the project.'),
    cfg.StrOpt('region_name', default='RegionOne',
               help='Region whose services are used.'),
    cfg.StrOpt('cafile',
               help='CA certificates to verify the services with, where the '
                    'system\'s do not do.'),
    cfg.BoolOpt('insecure', default=False,
                help='Do not verify the certificates of the services. Only '
                     'for experiments.'),
    cfg.FloatOpt('request_timeout', default=30, min=1,
                 help='Seconds one request to a service of the cloud may '
                      'take; 15 at most where a tenant waits for the '
                      'answer. Raise it for slow controllers.'),
    cfg.IntOpt('request_retries', default=2, min=0,
               help='How often a request that may be repeated without harm '
                    '(reading, deleting) is sent again after a lost '
                    'connection, 429 or 5xx. A request that creates '
                    'something is never repeated blindly: it is looked up '
                    'first.'),
    cfg.IntOpt('connections', default=128, min=1,
               help='Connections kept open to one service. At least the '
                    'number of [taskmanager] workers.'),
]
