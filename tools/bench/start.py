# SPDX-License-Identifier: Apache-2.0
"""How soon an accepted operation is started, with 100 creates in flight.

    trovestack bench start [CREATES]

Starts a RabbitMQ and a MariaDB of its own. Tenants in this process promise
creates as the API does (their wake-ups go over RabbitMQ); a taskmanager in a
process of its own works on them, against a cloud in memory whose servers
take their time. The time of a start is from the commit of the promise to the
engine's begin, by one clock.
"""

import contextlib
import dataclasses
import multiprocessing
import pathlib
import statistics
import sys
import tempfile
import threading
from unittest import mock

from oslo_config import cfg

import trove.conf
from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.objects.operation import State
from trove.rpc import taskmanager as rpc
from trove.rpc import transport
from trove.taskmanager import engine
from trove.taskmanager import lease
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import rabbit
from trove.tests.fixtures import servers

BAR_S = 1.0
LOOKS = 40          # at a server until it is active: about 20 s
CALL_S = 0.05       # of each call to the cloud


def main(creates=100):
    """Measure; exit status 1 when the bar is missed."""
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix='bench-start-'))) / 'rabbit'
        place.mkdir()
        node = stack.enter_context(rabbit.node(place))
        url = stack.enter_context(
            servers.running(servers.MariaDB)).database()
        keyring = crypto.Keyring('bench', {'bench': crypto.new_key()})
        began = multiprocessing.SimpleQueue()
        ready, over = multiprocessing.Event(), multiprocessing.Event()
        worker = multiprocessing.Process(
            target=_taskmanager,
            args=(url, keyring, node.url, began, ready, over))
        worker.start()
        try:
            if not ready.wait(60):
                raise SystemExit('The taskmanager did not start.')
            return _measure(url, keyring, node.url, began, int(creates))
        finally:
            over.set()
            worker.join(30)


def _taskmanager(url, keyring, broker_url, began, ready, over):
    """The process that works; tells when it began with what."""
    run = engine.Engine.run

    def noting(self, operation, held):
        began.put((operation.instance_id, lease.clock()))
        run(self, operation, held)

    db = session.Database(url, keyring)
    schema.upgrade(db)
    with db.writer() as tx:
        control_plane.store_datastore(tx)
    plane = _plane(db)
    plane.cloud.compute.looks = LOOKS
    plane.cloud.faults.watch(
        lambda _, when: when == 'before' and threading.Event().wait(CALL_S))
    with mock.patch.object(engine.Engine, 'run', noting):
        working = plane.taskmanager(
            'bench', transport.connect(_conf(), broker_url))
        working.start()
        ready.set()
        over.wait()
        working.stop()


def _measure(url, keyring, broker_url, began, creates):
    plane = _plane(session.Database(url, keyring))
    conf = _conf()
    plane.deps = dataclasses.replace(
        plane.deps, taskmanager=rpc.Client(
            conf, transport.connect(conf, broker_url)))
    promised = {}
    for _ in range(creates):
        instance_id = plane.create()
        promised[instance_id] = lease.clock()
    started = {}
    while len(started) < creates:
        instance_id, when = began.get()
        started.setdefault(instance_id, when)
    with plane.db.reader() as tx:
        flying = len(tx.operations.list(states=(State.RUNNING,), limit=None))
    plane.close()
    return _tell(sorted(max(started[one] - promised[one], 0)
                        for one in promised), flying)


def _tell(times, flying):
    p99 = times[max(0, round(0.99 * len(times)) - 1)]
    print('%d creates, %d of them in flight at the last start' % (
        len(times), flying))
    print('start of an accepted operation: p50 %.3f s, p99 %.3f s, most '
          '%.3f s (bar %.1f s): %s' % (
              statistics.median(times), p99, times[-1], BAR_S,
              'met' if p99 <= BAR_S else 'missed'))
    return 0 if p99 <= BAR_S else 1


def _plane(db):
    """A control plane with the options that operators have."""
    plane = control_plane.ControlPlane(None, None, db)
    for name in ('operation_sweep_s', 'cancel_poll_s', 'cloud_patience_s'):
        plane.conf.clear_override(name, 'taskmanager')
    for name in ('instances', 'ram', 'volumes'):
        plane.conf.set_override('max_%s_per_tenant' % name, -1)
    return plane


def _conf():
    conf = cfg.CONF
    trove.conf.register_opts(conf)
    conf([], project='trove', default_config_files=[],
         default_config_dirs=[])
    return conf


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
