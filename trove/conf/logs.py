# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: logs that tenants publish into their accounts."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.StrOpt('guest_log_container_name', default='database_logs',
               help='Container of the tenant\'s account that logs are '
                    'published into.'),
    cfg.IntOpt('guest_log_limit', default=1000000, min=1024,
               max=16 * 1024 ** 2,
               help='Bytes of one published part of a log, at most. The '
                    'guest holds one part in memory.'),
    cfg.IntOpt('guest_log_expiry', default=2592000, min=1,
               help='Seconds until a published part is removed.'),
    cfg.IntOpt('guest_log_publish_wait', default=30, min=1,
               help='Seconds a request to publish a log waits for its end. '
                    'Beyond that it is answered with what has been '
                    'published so far, and the guest goes on. Keep it '
                    'below agent_call_high_timeout.'),
]
