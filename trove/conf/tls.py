# SPDX-License-Identifier: Apache-2.0
"""[tls]: certificates that we issue to instances."""

from oslo_config import cfg

GROUP = 'tls'

OPTS = [
    cfg.StrOpt('ca_certificate_file',
               help='Certificate (PEM) of an authority of yours that signs '
                    'certificates of instances. With it and its key a '
                    'tenant can switch TLS on without bringing a '
                    'certificate. trove-api and trove-taskmanager read it.'),
    cfg.StrOpt('ca_key_file',
               help='Private key (PEM, without a passphrase, mode 0600) of '
                    'that authority. Only trove-taskmanager reads it; use an '
                    'intermediate authority made for this purpose.'),
    cfg.IntOpt('certificate_days', default=90, min=1, max=3650,
               help='How long a certificate that we issue is good.'),
    cfg.IntOpt('renew_before_days', default=30, min=0, max=3650,
               help='How many days before its end a certificate that we '
                    'issued is replaced. Engines that can read it anew are '
                    'not restarted.'),
    cfg.IntOpt('renewal_interval_s', default=3600, min=0,
               help='Seconds between two looks at which certificates are to '
                    'be renewed; 0: never.'),
]
