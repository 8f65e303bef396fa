# SPDX-License-Identifier: Apache-2.0
"""[database]: where the truth is stored."""

from oslo_config import cfg

GROUP = 'database'

OPTS = [
    cfg.StrOpt('connection', secret=True,
               default='sqlite:////var/lib/trove/trove.sqlite',
               help='URL of the database: mysql+pymysql://, '
                    'postgresql+psycopg:// or sqlite:///. SQLite is for one '
                    'machine: every service must reach the same file.'),
    cfg.IntOpt('max_pool_size', default=50, min=1,
               help='Connections that a process keeps open once it has '
                    'needed so many at one time; as many again for who '
                    'only reads. A busy taskmanager needs '
                    'dozens, and opening one costs more than most '
                    'transactions.'),
    cfg.IntOpt('max_overflow', default=10, min=0,
               help='Connections beyond max_pool_size that a burst may '
                    'open for its duration.'),
    cfg.IntOpt('pool_timeout', default=30, min=1,
               help='Seconds a request waits for a free connection before '
                    'it fails with 503.'),
    cfg.IntOpt('connection_recycle_time', default=3600, min=1,
               help='Seconds after which a connection is replaced. Keep it '
                    "below the server's or a proxy's idle limit."),
    cfg.IntOpt('lock_timeout', default=15, min=1,
               help='Seconds a statement waits for a lock of another '
                    'transaction before it is tried again. Raise it where '
                    'the database is slow, for example over a WAN.'),
    cfg.IntOpt('idle_transaction_timeout', default=30, min=1,
               help='Seconds after which PostgreSQL and MariaDB end a '
                    'transaction whose process fell silent, so that a '
                    'frozen process cannot hold locks for ever.'),
]
