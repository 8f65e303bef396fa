# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: events for billing and audit."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.IntOpt('exists_notification_interval', default=3600, min=60,
               help='Seconds between two "trove.instance.exists" events of '
                    'an instance; the audit period they are for. Periods '
                    'begin at midnight (UTC). No events of any kind are '
                    'sent unless [oslo_messaging_notifications] driver is '
                    'set.'),
    cfg.IntOpt('quota_notification_interval', min=60,
               help='Seconds between two "dbaas.quota" events of each '
                    'resource of each project; none are sent when unset.'),
    cfg.DictOpt('notification_service_id', default={},
                help='Value of service_id in usage events, by datastore '
                     'manager (mariadb:2f3ff068-2bfb-4f70-9a9d-a6bb65bc084b, '
                     '...), for billing systems that tell engines apart by '
                     'it. The name of the manager where there is none.'),
    cfg.FloatOpt('notification_send_interval', default=1, min=0.1,
                 help='Seconds between looks of a taskmanager for events '
                      'that wait to be sent.'),
]
