# SPDX-License-Identifier: Apache-2.0
"""[taskmanager]: how promises are kept."""

from oslo_config import cfg

GROUP = 'taskmanager'

OPTS = [
    cfg.IntOpt('workers', default=128, min=1,
               help='Operations worked on at the same time by one process. '
                    'They mostly wait for the cloud, so this may be far '
                    'above the number of processors. The database pool '
                    'need not be as large.'),
    cfg.FloatOpt('operation_sweep_s', default=5, min=0.05,
                 help='Seconds between looks for operations that no message '
                      'announced, such as those of a taskmanager that '
                      'died.'),
    cfg.FloatOpt('operation_lease_s', default=30, min=1,
                 help='Seconds an operation stays with a taskmanager that '
                      'shows no sign of life. A shorter lease moves the '
                      'work of a dead process sooner, a longer one forgives '
                      'a slower database.'),
    cfg.FloatOpt('server_sync_interval_s', default=60, min=1,
                 help='Seconds between looks at the status of all servers, '
                      'in few requests.'),
    cfg.FloatOpt('cloud_patience_s', default=120, min=0,
                 help='Seconds for which a step asks again when a service '
                      'of the cloud, or the broker, is down or busy, before '
                      'the step fails.'),
    cfg.FloatOpt('undo_patience_s', default=300, min=0,
                 help='The same while a failed operation gives back what it '
                      'had taken. What is still not given back then stays '
                      'recorded and goes with the deletion of the '
                      'instance.'),
    cfg.IntOpt('operation_attempts', default=8, min=1,
               help='How often an operation that can only go forward (a '
                    'deletion) is tried before it fails with a fault.'),
    cfg.FloatOpt('operation_retry_s', default=10, min=0.01,
                 help='Seconds until the second try of such an operation; '
                      'doubled for each further one, up to an hour.'),
    cfg.FloatOpt('cancel_poll_s', default=0.5, min=0.01,
                 help='Seconds between looks whether a running operation '
                      'was cancelled.'),
    cfg.FloatOpt('orphan_report_interval_s', default=3600, min=0,
                 help='Seconds between reports, by one taskmanager at a '
                      'time, of servers, volumes, ports, security groups, '
                      'floating addresses, broker users and queues that '
                      'nobody owns. Each is a line of the log. Trove owns '
                      'nothing in Swift. 0: no reports.'),
    cfg.FloatOpt('orphan_minutes', default=60, min=0,
                 help='Minutes for which nothing must have changed about a '
                      'thing and its instance before it counts as an '
                      'orphan.'),
    cfg.BoolOpt('orphan_clean', default=False,
                help='Remove, with each report, what is left of instances '
                     'whose deletion has ended. Other orphans are only '
                     'reported; "trove-manage orphans clean" removes them.'),
    cfg.FloatOpt('stop_grace_s', default=10, min=0.1,
                 help='Seconds a stopping process waits for its steps to '
                      'reach a point where another process can go on.'),
]
