# SPDX-License-Identifier: Apache-2.0
"""[conductor]: the process that writes down what guests report."""

from oslo_config import cfg

GROUP = 'conductor'

OPTS = [
    cfg.IntOpt('workers', default=4, min=1,
               help='Threads that pass on answers of guests and look up '
                    'keys. Heartbeats need none of them: one thread reads '
                    'them all.'),
    cfg.FloatOpt('sweep_interval', default=10, min=0.1,
                 help='Seconds between looks for guests that nobody '
                      'announced, and for queues of guests that somebody '
                      'deleted.'),
    cfg.IntOpt('batch', default=1000, min=1,
               help='Most heartbeats written in one transaction. Heartbeats '
                    'are not held back to fill a batch: a larger value '
                    'only helps when they come faster than the database '
                    'takes them.'),
    cfg.IntOpt('queue', default=20000, min=100,
               help='Heartbeats that may wait for the database before the '
                    'oldest of the same instance is replaced and others '
                    'are refused.'),
    cfg.FloatOpt('counters_interval', default=60, min=1,
                 help='Seconds between log lines that tell how many messages '
                      'were taken, dropped and why.'),
]
