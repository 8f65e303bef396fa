# SPDX-License-Identifier: Apache-2.0
"""[guest_link]: how control plane and guests reach each other."""

from oslo_config import cfg

GROUP = 'guest_link'

OPTS = [
    cfg.StrOpt('exchange', default='amq.topic',
               help='Topic exchange on which the control plane speaks to '
                    'guests. Each guest has an exchange of its own behind '
                    'it, which its file names here; it reaches no other.'),
    cfg.ListOpt('broker_hosts', default=[],
                help='host:port of the RabbitMQ nodes as guests reach them, '
                     'for example 10.77.0.1:5673. Must be set for the '
                     'taskmanager.'),
    cfg.StrOpt('broker_virtual_host', default='/',
               help='RabbitMQ virtual host of the control plane and guests.'),
    cfg.StrOpt('management_url',
               help='URL of RabbitMQ\'s management API, for example '
                    'http://127.0.0.1:15672. The taskmanager makes a broker '
                    'user for each instance there. Must be set.'),
    cfg.StrOpt('management_user', default='trove',
               help='User of the management API; needs the tag '
                    '"administrator".'),
    cfg.StrOpt('management_password_file',
               help='File that holds the password of management_user.'),
    cfg.FloatOpt('management_timeout', default=10, min=1,
                 help='Seconds one request to the management API may take.'),
    cfg.StrOpt('management_ca_file',
               help='CA certificates to verify an https management_url '
                    'with, where the system\'s do not do.'),
    cfg.BoolOpt('broker_ssl', default=False,
                help='Guests speak TLS to the broker and verify its '
                     'certificate and name. broker_hosts then names the '
                     'TLS port.'),
    cfg.StrOpt('broker_ca_file',
               help='CA certificates that guests verify the broker with; '
                    'their content is handed to each new guest. Must be set '
                    'with broker_ssl.'),
    cfg.StrOpt('broker_client_cert_file',
               help='Client certificate that guests show to the broker, '
                    'where that asks for one (RabbitMQ: '
                    'ssl_options.fail_if_no_peer_cert). Its content is '
                    'handed to each new guest, the same to all: it keeps '
                    'strangers off the port; which guest speaks is told by '
                    'its broker user and its key.'),
    cfg.StrOpt('broker_client_key_file',
               help='Private key of broker_client_cert_file.'),
    cfg.FloatOpt('rotation_timeout', default=60, min=1,
                 help='Seconds a guest may take to come back with a new key '
                      'before "trove-manage guest_link_rotate" counts as '
                      'failed. Its old and its new key stay good, and the '
                      'command can be repeated.'),
    cfg.IntOpt('max_connections_per_guest', default=8, min=4,
               help='Connections a guest may hold to the broker.'),
    cfg.IntOpt('max_channels_per_guest', default=32, min=8,
               help='Channels a guest may hold to the broker.'),
    cfg.IntOpt('queue_max_length', default=1000, min=10,
               help='Messages that may wait for one guest; the oldest are '
                    'dropped beyond that.'),
    cfg.IntOpt('queue_max_bytes', default=8388608, min=1048576,
               help='Bytes of messages that may wait in a queue of a guest; '
                    'the oldest are dropped beyond that. It bounds what a '
                    'guest can put into queues of its own, too.'),
    cfg.IntOpt('outbox_max_length', default=200, min=20,
               help='Messages of one guest that may wait for the conductor; '
                    'its oldest are dropped beyond that. A guest that '
                    'floods drops its own messages only.'),
    cfg.IntOpt('outbox_max_bytes', default=8388608, min=1048576,
               help='Bytes of messages of one guest that may wait for the '
                    'conductor; its oldest are dropped beyond that.'),
    cfg.IntOpt('max_message_bytes', default=1048576, min=65536,
               help='Largest message taken from a guest. Larger ones are '
                    'dropped and counted. Let max_message_size in '
                    'rabbitmq.conf be about twice that.'),
    cfg.FloatOpt('messages_per_second', default=20, min=1,
                 help='Messages a second taken from one guest on average, '
                      'by each conductor; one of more than 16 kB counts as '
                      'several. After a burst of ten seconds\' worth a '
                      'guest that sends more is left unread for a while, '
                      'and its oldest messages are dropped.'),
]
