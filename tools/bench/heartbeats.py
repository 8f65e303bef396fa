# SPDX-License-Identifier: Apache-2.0
"""Heartbeats of 10,000 guests through one conductor on one core.

Starts a RabbitMQ and a database server of its own, writes the instances and
their links, starts one real trove-conductor pinned to one core, and plays the
guests: sealed messages at a fixed rate from processes on the other core. At
the end it asks the database how old the reports are.
"""

import argparse
import contextlib
import itertools
import json
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import amqp
import oslo_messaging._drivers.common as wire

from trove.common import context
from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.objects import instance as instance_objects
from trove.objects import status
from trove.operations import guest_links
from trove.rpc import envelope
from trove.tests.fixtures import rabbit
from trove.tests.fixtures import servers

KINDS = {'mariadb': servers.MariaDB, 'postgresql': servers.PostgreSQL}
EXCHANGE = 'amq.topic'
TOPIC = 'trove-conductor'
DOCUMENT = {'service_status': 'healthy', 'phase': 'ready',
            'api_version': '1.0', 'agent_version': '1.0.0',
            'engine_version': '10.11.11-MariaDB', 'volume_total_gb': 0.96,
            'volume_used_gb': 0.15, 'volume_avail_gb': 0.81,
            'memory_mb': 512, 'uptime_s': 86400, 'operation_id': None,
            'error': None}


def main(arguments=None):
    """Run the benchmark; exit status 1 when the bar is missed."""
    options = _options().parse_args(arguments)
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix='bench-heartbeats-')))
        broker_dir = directory / 'rabbit'
        broker_dir.mkdir()
        node = stack.enter_context(rabbit.node(broker_dir))
        server = stack.enter_context(
            servers.running(KINDS[options.database]))
        url = server.database()
        crypto.Keyring.create(str(directory / 'keys'), 'bench')
        keyring = crypto.Keyring.load(str(directory / 'keys'))
        db = session.Database(url, keyring)
        guests = _fill(db, keyring, options.instances)
        conductor = stack.enter_context(
            _conductor(directory, node, url))
        return _measure(options, db, node, guests, conductor)


def _options():
    parser = argparse.ArgumentParser(prog='bench heartbeats',
                                     description=__doc__.split('\n')[0])
    parser.add_argument('--instances', type=int, default=10000)
    parser.add_argument('--rate', type=int, default=1000,
                        help='heartbeats a second (default: %(default)s)')
    parser.add_argument('--seconds', type=int, default=30)
    parser.add_argument('--interval', type=int, default=30,
                        help='report_interval the lag is held against')
    parser.add_argument('--database', default='mariadb',
                        choices=sorted(KINDS))
    return parser


def _fill(db, keyring, count):
    """Instances with a link each; gives (id, key id, key)."""
    print('writing %d instances ...' % count, flush=True)
    schema.upgrade(db)
    links = guest_links.GuestLinks(db, keyring)
    guests = []
    for number in range(0, count, 500):
        with db.writer() as tx:
            for _ in range(min(500, count - number)):
                instance_id = str(uuid.uuid4())
                now = tx.now()
                tx.instances.add(instance_objects.Instance(
                    id=instance_id, project_id='bench', name='bench',
                    flavor_id='1', datastore_version_id=None, created=now,
                    updated=now, task=status.Task.NONE))
                made = links.ensure(tx, instance_id)
                guests.append((instance_id, made.key_id, made.key))
    return guests


@contextlib.contextmanager
def _conductor(directory, node, database_url):
    """One real trove-conductor on core 0."""
    (directory / 'trove.conf').write_text('\n'.join((
        '[DEFAULT]', 'transport_url = ' + node.url,
        'log_file = %s' % (directory / 'conductor.log'),
        '[conductor]', 'counters_interval = 1',
        '[database]', 'connection = ' + database_url,
        '[secrets]', 'keys_file = %s' % (directory / 'keys'), '')))
    process = subprocess.Popen(
        ['taskset', '-c', '0', sys.executable, '-c',
         'from trove.cmd import conductor; conductor.main()',
         '--config-file', str(directory / 'trove.conf')])
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _measure(options, db, node, guests, conductor):
    _await_queue(node)
    began_cpu = _cpu_s(conductor.pid)
    began = time.monotonic()
    sender = multiprocessing.Process(
        target=_send, args=(options, node.port, node.password, guests))
    sender.start()
    lags = []
    while sender.is_alive():
        sender.join(5)
        lags.append(_waiting(node) / options.rate)
        print('%5.0f s  %6d waiting in the broker (%.2f s)' % (
            time.monotonic() - began, lags[-1] * options.rate, lags[-1]),
            flush=True)
    if sender.exitcode:
        print('FAIL: the sender ended before it had sent everything')
        return 1
    sent = options.rate * options.seconds
    wall = time.monotonic() - began
    cpu = _cpu_s(conductor.pid) - began_cpu
    while _waiting(node):
        time.sleep(0.2)
    drained = time.monotonic() - began - wall
    with db.reader() as tx:
        reported = sum(1 for one in tx.instances.list()
                       if one.report.reported_at is not None)
    print('%d heartbeats of %d guests in %.1f s (%.0f a second)' % (
        sent, len(guests), wall, sent / wall))
    print('conductor: %.0f %% of one core, %.0f MB resident' % (
        100 * cpu / wall, _resident_mb(conductor.pid)))
    print('largest lag seen %.2f s, drained in %.2f s after the last; '
          '%d instances have a report' % (max(lags), drained, reported))
    expected = min(len(guests), sent)
    good = max(lags) < options.interval and reported == expected
    print('PASS' if good else 'FAIL: the bar is a lag below %d s and %d '
          'instances reported' % (options.interval, expected))
    return 0 if good else 1


def _send(options, port, password, guests):
    os.sched_setaffinity(0, {1 % os.cpu_count()})
    connection = amqp.Connection(host='127.0.0.1:%d' % port, userid='trove',
                                 password=password)
    connection.connect()
    channel = connection.channel()
    turn = itertools.cycle(guests)
    boot = int(time.time())
    began = time.monotonic()
    for number in range(options.rate * options.seconds):
        instance_id, key_id, key = next(turn)
        channel.basic_publish(_message(envelope.seal(
            key, key_id, instance_id, envelope.FROM_GUEST, boot, number + 1,
            {'method': 'heartbeat', 'arguments': {'document': DOCUMENT}})),
            EXCHANGE, TOPIC)
        ahead = began + (number + 1) / options.rate - time.monotonic()
        if ahead > 0.005:
            time.sleep(ahead)
    connection.close()


def _message(sealed):
    """What oslo.messaging puts on the wire for this cast."""
    body = {'method': 'deliver', 'args': {'sealed': sealed},
            'version': '1.0', '_unique_id': uuid.uuid4().hex,
            '_context_request_id': context.new_request_id()}
    return amqp.Message(json.dumps(wire.serialize_msg(body)),
                        content_type='application/json',
                        content_encoding='utf-8')


def _await_queue(node):
    deadline = time.monotonic() + 30
    while _queue(node) is None:
        if time.monotonic() > deadline:
            raise SystemExit('The conductor did not open its queue.')
        time.sleep(0.2)


def _queue(node):
    """(messages waiting, consumers) of the conductor's queue, or None."""
    connection = amqp.Connection(host='127.0.0.1:%d' % node.port,
                                 userid='trove', password=node.password)
    connection.connect()
    try:
        found = connection.channel().queue_declare(TOPIC, passive=True)
        return found.message_count if found.consumer_count else None
    except amqp.NotFound:
        return None
    finally:
        connection.close()


def _waiting(node):
    return _queue(node) or 0


def _cpu_s(pid):
    fields = pathlib.Path('/proc/%d/stat' % pid).read_text().rsplit(')')[1]
    return sum(map(int, fields.split()[11:13])) / os.sysconf('SC_CLK_TCK')


def _resident_mb(pid):
    text = pathlib.Path('/proc/%d/smaps_rollup' % pid).read_text()
    return int(text.split('Pss:')[1].split()[0]) / 1024


if __name__ == '__main__':
    sys.exit(main())
