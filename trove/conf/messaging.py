# SPDX-License-Identifier: Apache-2.0
"""[DEFAULT]: topics of the services (names as operators know them)."""

from oslo_config import cfg

GROUP = None

OPTS = [
    cfg.StrOpt('taskmanager_queue', default='taskmanager',
               help='Topic of the taskmanager.'),
    cfg.StrOpt('conductor_queue', default='trove-conductor',
               help='Topic on which conductors are told of new guests. What '
                    'guests report comes by queues of their own, '
                    '"guestoutbox." and the id of the instance.'),
    cfg.StrOpt('answers_queue', default='trove-answers',
               help='Topic on which the conductor hands the answers of '
                    'guests to the process that waits for them.'),
    cfg.HostnameOpt('host', sample_default='<the host name>',
                    help='Name of this process\'s host in the control '
                         'plane; the system\'s host name when unset. Two '
                         'services of one kind on one host tell each other '
                         'apart by process id.'),
    cfg.IntOpt('report_interval', default=30, min=1,
               help='Seconds between heartbeats of a guest. A change of '
                    'state is reported at once, whatever this says.'),
    cfg.IntOpt('agent_heartbeat_expiry', default=90, min=3,
               help='Seconds after which a silent guest is shown with '
                    'operating status ERROR. At least three times '
                    'report_interval.'),
    cfg.IntOpt('agent_call_low_timeout', default=15, min=1,
               help='Seconds a guest may take for a short call.'),
    cfg.IntOpt('agent_call_high_timeout', default=180, min=1,
               help='Seconds a guest may take for a long call, such as a '
                    'restart of its engine.'),
    cfg.FloatOpt('agent_resend_interval', default=5, min=0.1,
                 help='Seconds after which a guest is asked again for an '
                      'answer that has not come: it may have been lost with '
                      'a broker or a conductor. Each further pause is twice '
                      'as long, 40 seconds at most. The guest does nothing '
                      'twice; older guests, who would, are not asked '
                      'again.'),
    cfg.FloatOpt('agent_answer_wait', default=3, min=0.1,
                 help='Seconds that a request to change databases or users '
                      'waits for the outcome. Beyond that it is answered as '
                      'accepted, and the guest does it when it can.'),
    cfg.IntOpt('agent_calls_at_once', default=3, min=1,
               help='Calls to one guest that one process waits for at the '
                    'same time; more are refused. Keep it well below '
                    'trove_api_threads, so that a guest that hangs cannot '
                    'take all threads of the API.'),
]
