# SPDX-License-Identifier: Apache-2.0
"""Heartbeats of 10,000 guests through one conductor on one core.

    trovestack bench heartbeats

Starts a RabbitMQ and a database server of its own, writes the instances and
their links, starts one real trove-conductor pinned to one core, and plays the
guests: sealed messages at a fixed rate, each into its guest's own outbox,
from processes on the other core. How late a report is, is asked of the
database: rows tell when their report was written, reports when they were
made, by the clock of one machine.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import amqp
import oslo_messaging._drivers.common as wire
import requests

from trove.common import context
from trove.common import crypto
from trove.db import schema
from trove.db import session
from trove.objects import instance as instance_objects
from trove.objects import status
from trove.operations import guest_links
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.tests.fixtures import rabbit
from trove.tests.fixtures import servers

KINDS = {'mariadb': servers.MariaDB, 'postgresql': servers.PostgreSQL}
#: The bars: of one core at 1,000 a second, and of the newest reports.
BAR_CPU = 0.5
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
    parser.add_argument('--senders', type=int, default=2,
                        help='processes that play the guests')
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
    ready_s = _await_outboxes(node, len(guests))
    print('conductor reads %d outboxes after %.1f s, %.0f MB; broker %.0f '
          'MB' % (len(guests), ready_s, _resident_mb(conductor.pid),
                  _broker_mb(node)), flush=True)
    settled = _cpu_s(conductor.pid)
    began = time.monotonic()
    senders = [multiprocessing.Process(target=_send, args=(
        options, at, node.port, node.password, guests[at::options.senders]))
        for at in range(options.senders)]
    for sender in senders:
        sender.start()
    lags = []
    while any(sender.is_alive() for sender in senders):
        for sender in senders:
            sender.join(2.5 / len(senders))
        lags += _lags(db, options.interval)
        print('%5.0f s  conductor %3.0f %% of a core, %d wait in the '
              'broker, reports %.2f s old at most' % (
                  time.monotonic() - began,
                  100 * (_cpu_s(conductor.pid) - settled)
                  / (time.monotonic() - began), _waiting(node), max(lags)),
              flush=True)
    wall = time.monotonic() - began
    cpu = _cpu_s(conductor.pid) - settled
    failed = [sender.exitcode for sender in senders if sender.exitcode]
    sent = options.rate * options.seconds
    delivered, missing = _delivered(db, options, guests)
    return _tell(options, sent, wall, cpu, sorted(lags), delivered, missing,
                 failed, conductor)


def _tell(options, sent, wall, cpu, lags, delivered, missing, failed,
          conductor):
    rate = sent / wall
    core = cpu / wall
    print('%d heartbeats of %d guests in %.1f s (%.0f a second)' % (
        sent, options.instances, wall, rate))
    print('conductor: %.0f %% of one core (%.2f ms a heartbeat), %.0f MB '
          'resident' % (100 * core, 1000 * cpu / sent,
                        _resident_mb(conductor.pid)))
    print('newest reports of %d guests in the database, %d missing; from '
          'sending to the row: p50 %.2f s, p99 %.2f s, most %.2f s' % (
              delivered, missing, _part(lags, 0.5), _part(lags, 0.99),
              lags[-1]))
    why = [reason for reason, broken in (
        ('a sender ended early', failed),
        ('the senders did not keep the rate', rate < 0.95 * options.rate),
        ('newest reports are missing', missing),
        ('lag of one interval (%d s) or more' % options.interval,
         lags[-1] >= options.interval),
        ('more than %.0f %% of a core per 1,000 a second' % (100 * BAR_CPU),
         core > BAR_CPU * rate / 1000)) if broken]
    print('FAIL: ' + '; '.join(why) if why else 'PASS')
    return 1 if why else 0


def _part(ordered, part):
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _lags(db, interval):
    """How late each report of the last seconds was written."""
    with db.reader() as tx:
        now = tx.now()
        reports = tx.guests.reports(tx.guests.linked())
    return [max(0, report.reported_at.timestamp() - report.details['sent'])
            for report in reports.values() if report.details.get('sent')
            and (now - report.reported_at).total_seconds() < 3
            ] or [interval]


def _delivered(db, options, guests):
    """(guests whose newest report is there, those where it is not)."""
    newest = {}
    for at in range(options.senders):
        mine = guests[at::options.senders]
        for number in range(_share(options, at)):
            newest[mine[number % len(mine)][0]] = number + 1
    deadline = time.monotonic() + options.interval
    while True:
        with db.reader() as tx:
            reports = tx.guests.reports(list(newest))
        there = sum(reports[one].details.get('n') == number
                    for one, number in newest.items() if one in reports)
        if there == len(newest) or time.monotonic() > deadline:
            return there, len(newest) - there
        time.sleep(0.2)


def _share(options, at):
    """Heartbeats of one of the senders."""
    total = options.rate * options.seconds
    return total // options.senders + (at < total % options.senders)


def _send(options, at, port, password, guests):
    os.sched_setaffinity(0, {1 % os.cpu_count()})
    connection = amqp.Connection(
        host='127.0.0.1:%d' % port, userid='trove', password=password,
        # A broker that is busy does not read from those who publish. The
        # library by default takes that for a dead broker after one second.
        socket_settings={socket.TCP_USER_TIMEOUT: 60000})
    connection.connect()
    channel = connection.channel()
    boot = int(time.time())
    began = time.monotonic()
    rate = options.rate / options.senders
    for number in range(_share(options, at)):
        instance_id, key_id, key = guests[number % len(guests)]
        channel.basic_publish(_message(envelope.seal(
            key, key_id, instance_id, envelope.FROM_GUEST, boot, number + 1,
            {'method': 'heartbeat', 'arguments': {'document': {
                **DOCUMENT, 'n': number + 1, 'sent': time.time()}}})),
            broker_names.exchange(instance_id),
            broker_names.outbox(instance_id))
        ahead = began + (number + 1) / rate - time.monotonic()
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


def _await_outboxes(node, count):
    """Seconds until the conductor reads this many queues of guests."""
    began = time.monotonic()
    while _consumers(node) < count:
        if time.monotonic() > began + 300:
            raise SystemExit('The conductor did not read all outboxes.')
        time.sleep(0.5)
    return time.monotonic() - began


def _consumers(node):
    """Consumers at the broker, those of the conductor's topic aside."""
    answer = requests.get(node.management_url + '/api/overview',
                          auth=('trove', node.password), timeout=60)
    return answer.json()['object_totals'].get('consumers', 0) - 3


def _waiting(node):
    """Messages in queues or on their way, some seconds ago."""
    answer = requests.get(node.management_url + '/api/overview',
                          auth=('trove', node.password), timeout=60)
    return answer.json()['queue_totals'].get('messages', 0)


def _broker_mb(node):
    """Memory of the node's Erlang machine."""
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            if ('beam' in (path / 'comm').read_text() and node.name.encode()
                    in (path / 'environ').read_bytes()):
                return _resident_mb(int(path.name))
    return 0


def _cpu_s(pid):
    fields = pathlib.Path('/proc/%d/stat' % pid).read_text().rsplit(')')[1]
    return sum(map(int, fields.split()[11:13])) / os.sysconf('SC_CLK_TCK')


def _resident_mb(pid):
    text = pathlib.Path('/proc/%d/smaps_rollup' % pid).read_text()
    return int(text.split('Pss:')[1].split()[0]) / 1024


if __name__ == '__main__':
    sys.exit(main())
