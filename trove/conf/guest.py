# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: the guest agent, as its configuration files tell it."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.StrOpt('guest_id',
               help='Id of the instance that the agent serves. Written by '
                    'the control plane.'),
    cfg.StrOpt('datastore_manager',
               help='Manager of the instance\'s datastore, such as mariadb. '
                    'Written by the control plane.'),
    cfg.StrOpt('datastore_version',
               help='Version of the instance\'s datastore. Written by the '
                    'control plane.'),
    cfg.StrOpt('tenant_id',
               help='Project that the instance belongs to. Written by the '
                    'control plane.'),
    cfg.StrOpt('guest_state_path', default='/var/lib/trove-guestagent',
               help='Where the agent keeps its own state: on the root disk, '
                    'never on the data volume.'),
    cfg.StrOpt('guest_log_file',
               default='/var/log/trove/trove-guestagent.log',
               help='The agent\'s own log, which operators may publish as '
                    'the log "guest". Begun anew at 5 MB; one old one is '
                    'kept.'),
    cfg.StrOpt('object_store_ca_file',
               help='Authorities of the object store\'s certificate. Written '
                    'by the control plane where guest_swift_ca_file is '
                    'set.'),
    cfg.FloatOpt('guest_probe_interval', default=1, min=0.2,
                 help='Seconds between two questions to the engine whether '
                      'it is well. A change is reported at once.'),
    cfg.IntOpt('guest_volume_wait', default=60, min=1,
               help='Seconds the data volume may take to appear. Raise it '
                    'where volumes are attached slowly.'),
]
