# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: how each service of the cloud is found."""

from oslo_config import cfg

GROUP = None


def _service(option, service_type, noun):
    """The options that every service has."""
    return [
        cfg.StrOpt(option + '_url',
                   help='URL of %s; the catalogue is asked when unset.'
                        % noun),
        cfg.StrOpt(option + '_service_type', default=service_type,
                   help='Type of %s in the catalogue.' % noun),
        cfg.StrOpt(option + '_endpoint_type', default='publicURL',
                   help='Which endpoint of %s to use: publicURL, '
                        'internalURL or adminURL.' % noun),
    ]


OPTS = [
    *_service('nova_compute', 'compute', 'Nova'),
    *_service('cinder', 'volumev3', 'Cinder'),
    *_service('neutron', 'network', 'Neutron'),
    *_service('glance', 'image', 'Glance'),
    *_service('swift', 'object-store', 'Swift'),
    cfg.StrOpt('guest_swift_url',
               help='URL of Swift as guests reach it, up to the account, '
                    'such as http://10.0.0.2:8080/v1. Set it where guests '
                    'have another way to it than clients.'),
    cfg.StrOpt('guest_swift_ca_file',
               help='Authorities with which guests verify the certificate '
                    'of Swift, where publicly known ones do not do: the '
                    'few that are needed, since the text goes into the '
                    'user data of new and rebuilt servers.'),
    *_service('barbican', 'key-manager', 'Barbican'),
    cfg.StrOpt('nova_client_version', default='2.57',
               help='Microversion of the compute API, at least 2.57. A '
                    'Nova that does not speak it is asked for the nearest '
                    'that it does.'),
    cfg.StrOpt('cinder_client_version', default='3.42',
               help='Microversion of the volume API; volumes that are in '
                    'use can be extended from 3.42 on. A Cinder that does '
                    'not speak it is asked for the nearest that it does.'),
    cfg.StrOpt('nova_keypair',
               help='Key pair put into new servers, for operators who log '
                    'in to guests. None by default.'),
    cfg.BoolOpt('use_nova_server_config_drive', default=True,
                help='Give new servers a config drive. Switch it off only '
                     'where guests reach the metadata service.'),
]
