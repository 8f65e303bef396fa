# SPDX-License-Identifier: Apache-2.0
"""[secrets]: where the operator's keys are."""

from oslo_config import cfg

GROUP = 'secrets'

OPTS = [
    cfg.StrOpt('keys_file',
               help='File of the keyring that seals what must not be read '
                    'in the database (keys of guests, passwords waiting in '
                    'operations). There is no default: a service without '
                    'one refuses to start. Make one with "trove-manage '
                    'keyring_new FILE"; every control plane service needs '
                    'the same file, mode 0600.'),
]
