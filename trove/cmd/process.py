# SPDX-License-Identifier: Apache-2.0
"""What every service process does around its service: options, log, signals.

One process runs one service with threads inside; who wants more of a kind
starts more processes, on the same host or another.
"""

import gc
import importlib.metadata
import os
import signal
import socket
import sys

from oslo_config import cfg
from oslo_log import log

import trove.conf
from trove.common import crypto
from trove.common import ending
from trove.common import exception
from trove.conf import retired

_FILES = ('/etc/trove/trove.conf',)

LOG = log.getLogger(__name__)


def configure(program, arguments=None):
    """Read options and set up logging on the process-wide ``cfg.CONF``.

    oslo.messaging reads some of its options there and nowhere else.
    """
    conf = cfg.CONF
    trove.conf.register_opts(conf)
    log.register_options(conf)
    conf(args=sys.argv[1:] if arguments is None else arguments,
         project='trove', prog=program,
         version=importlib.metadata.version('trove'),
         default_config_files=[path for path in _FILES
                               if os.path.exists(path)])
    log.set_defaults(default_log_levels=[
        *log.get_default_log_levels(), 'amqp=WARNING', 'kombu=WARNING',
        'oslo.messaging=INFO', 'taskflow=WARNING', 'pymysql=WARNING',
        'alembic=WARNING'])
    log.setup(conf, 'trove')
    retired.tell(conf)
    return conf


def keyring(conf):
    """The operator's keyring; ConfigError when there is none."""
    return crypto.Keyring.load(conf.secrets.keys_file)


#: New objects between two looks of the garbage collector, and so on for the
#: generations above.
_COLLECT = (10000, 20, 20)


def settle():
    """What is loaded by now stays: the garbage collector leaves it alone.

    It would look through all of it now and then, which stopped every thread
    for a sixth of a second, and copy what forked processes share. A page of
    a list makes more objects than its usual pace allows, and nearly all of
    them go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


def name(conf):
    """This process's name in the control plane: host and process id."""
    return '%s.%s' % (conf.host or socket.gethostname(), os.getpid())


def main(program, build):
    """Configure, build the service, run it until a signal ends it.

    ``build(conf)`` gives an object with ``start()`` and ``stop()``. A
    ConfigError is one sentence on stderr and exit status 1. SIGTERM and
    SIGINT stop the service, SIGHUP reads mutable options again.
    """
    conf = configure(program)
    try:
        service = build(conf)
        run(service, conf)
    except exception.TroveError as error:
        LOG.error('%s cannot run: %s', program, error)
        raise SystemExit('%s: %s' % (program, error)) from error


def run(service, conf):
    """Start the service; return after a signal has stopped it."""
    over = ending.Ending()
    over.listen(signal.SIGTERM, signal.SIGINT)
    signal.signal(signal.SIGHUP, lambda *_: conf.mutate_config_files())
    service.start()
    LOG.info('started')
    over.wait()
    LOG.info('stopping')
    service.stop()
    LOG.info('stopped')
    over.close()
