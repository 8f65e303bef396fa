# SPDX-License-Identifier: Apache-2.0
"""A guest that publishes as fast as it can slows no other.

Others report all the while; how long each report is on its way to the
conductor's writer is held against a quiet moment. The same is then measured
with the limits taken away, so that the tests do not pass for a wrong reason.
"""

import contextlib
import json
import os
import subprocess
import sys
import time

import amqp
import pytest
import requests

from trove.common import waiting
from trove.conductor import limits
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import outbox_session

#: Reports of others in one measurement, and their rate.
REPORTS = 200
PER_SECOND = 100

#: Seconds by which a flood may delay one report in twenty. Noise on a busy
#: machine stays below; without the limits it is a multiple.
BAR_S = 0.2
TRIES = 4

#: The flood comes from a process of its own that yields to all others, as
#: a guest's processor is not ours.
FLOOD = """
import os, sys, amqp
os.nice(19)
port, user, password, exchange, topic = sys.argv[1:]
connection = amqp.Connection(host='127.0.0.1:' + port, userid=user,
                             password=password)
connection.connect()
channel = connection.channel()
message = amqp.Message(sys.stdin.read())
print('begun', flush=True)
while True:
    channel.basic_publish(message, exchange, topic)
"""


#: A report of a flood is a large one, which costs more to open.
MORE = {'more%d' % number: 'x' * 4000 for number in range(8)}


def body_of(control, instance_id, number, **more):
    secrets = control.links.secrets[instance_id]
    sealed = envelope.seal(
        secrets.key, secrets.key_id, instance_id, envelope.FROM_GUEST, 1,
        number, {'method': 'heartbeat', 'arguments': {'document': {
            'service_status': 'healthy', 'sent': time.monotonic(),
            **more}}})
    return json.dumps({'args': {'sealed': sealed}})


@contextlib.contextmanager
def channel_of(control, node, instance_id):
    connection = amqp.Connection(
        host='127.0.0.1:%d' % node.port,
        userid=broker_names.user(instance_id),
        password=control.links.secrets[instance_id].password)
    connection.connect()
    try:
        yield connection.channel()
    finally:
        connection.close()


@contextlib.contextmanager
def flood(control, node, loud, where=None):
    """Publish valid reports of ``loud`` without a pause."""
    process = subprocess.Popen(
        [sys.executable, '-c', FLOOD, str(node.port),
         broker_names.user(loud), control.links.secrets[loud].password,
         *(where or (broker_names.exchange(loud),
                     broker_names.outbox(loud)))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, 'PYTHONWARNINGS': 'ignore'})
    try:
        process.stdin.write(body_of(control, loud, 1, **MORE))
        process.stdin.close()
        assert process.stdout.readline()
        # It is to be well under way: its bucket is empty.
        with contextlib.suppress(Exception):
            waiting.until(lambda: control.endpoint.counters['too-many'], 3,
                          'the end of its allowance', poll_s=0.05)
        yield process
        assert process.poll() is None, 'the flood has ended by itself'
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def late(control, node):
    """Measure: the delay that 19 in 20 reports of others stay below."""
    others = [control.enrol() for _ in range(5)]
    delays = {}

    def watch(instance_id, report):
        sent = report.details.get('sent')
        if instance_id in others and sent is not None:
            delays.setdefault(sent, time.monotonic() - sent)

    def measure():
        delays.clear()
        with contextlib.ExitStack() as stack:
            channels = [stack.enter_context(channel_of(control, node, one))
                        for one in others]
            began = time.monotonic()
            for number in range(1, REPORTS + 1):
                at = number % len(others)
                channels[at].basic_publish(
                    amqp.Message(body_of(control, others[at], number)),
                    broker_names.exchange(others[at]),
                    broker_names.outbox(others[at]))
                waiting.until(
                    lambda due=began + number / PER_SECOND:
                    time.monotonic() >= due, 5, 'its time', poll_s=0.002)
            with contextlib.suppress(Exception):
                waiting.until(lambda: len(delays) == REPORTS, 5,
                              'all reports', poll_s=0.02)
        # What did not arrive counts as late by all the time there was.
        times = sorted(delays.values()) + [5.0] * (REPORTS - len(delays))
        return times[int(0.95 * len(times))]

    control.reports.watch = watch
    measure.others = others
    yield measure
    control.reports.watch = None


def test_a_guest_that_floods_delays_no_other(control, node, late):
    loud = control.enrol()

    def undisturbed():
        quiet = late()
        with flood(control, node, loud):
            flooded = late()
        print('19 of 20 within %.1f ms, with a flood %.1f ms' % (
            1000 * quiet, 1000 * flooded))
        return flooded < quiet + BAR_S

    assert once_in(TRIES, undisturbed)
    assert control.endpoint.counters['too-many']


def test_what_it_sends_beyond_its_bound_is_dropped_by_the_broker(
        control, node, late, conf):
    loud = control.enrol()
    name = broker_names.outbox(loud)
    with channel_of(control, node, loud) as channel:
        message = amqp.Message(body_of(control, loud, 1))
        for _ in range(5000):
            channel.basic_publish(message, broker_names.exchange(loud),
                                  name)
    with admin(node) as channel:
        left = channel.queue_declare(name, passive=True).message_count
    assert left <= conf.guest_link.outbox_max_length


def test_the_door_is_the_share_that_each_is_dealt(control, node, late,
                                                  monkeypatch):
    """Read as fast as it comes, without allowance, and the flood is in the
    way of everybody."""
    loud = control.enrol()

    def in_the_way():
        with contextlib.ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(flood(control, node, loud))
            limited = late()
            with monkeypatch.context() as patch:
                patch.setattr(outbox_session, 'AHEAD', 0)
                patch.setattr(control.endpoint, '_buckets',
                              limits.Buckets(1e9))
                begin_anew(control, node)
                free = late()
        begin_anew(control, node)
        print('19 of 20 within %.1f ms, without the limits %.1f ms' % (
            1000 * limited, 1000 * free))
        return free > 1.5 * limited

    assert once_in(TRIES, in_the_way)


def test_the_door_is_the_outbox_of_ones_own(control, node, late):
    """Where it may publish into another's outbox, that one is drowned."""
    loud, victim = control.enrol(), late.others[0]
    assert requests.put('%s/api/permissions/%%2F/%s' % (
        node.management_url, broker_names.user(loud)),
        json={'configure': '.*', 'write': '.*', 'read': '.*'},
        auth=('trove', node.password), timeout=10).ok
    with flood(control, node, loud, (broker_names.exchange(victim),
                                     broker_names.outbox(victim))):
        assert late() > 2 * BAR_S


def once_in(tries, measured):
    """Whether it came out so at least once: a busy machine delays anybody."""
    return any(measured() for _ in range(tries))


@contextlib.contextmanager
def admin(node):
    connection = amqp.Connection(host='127.0.0.1:%d' % node.port,
                                 userid='trove', password=node.password)
    connection.connect()
    try:
        yield connection.channel()
    finally:
        connection.close()


def begin_anew(control, node):
    """Let the reader of outboxes connect once more."""
    session = control.outboxes._session
    session._connection.sock.shutdown(2)
    waiting.until(lambda: control.outboxes._session not in (session, None)
                  and control.outboxes.reading()
                  >= set(control.links.secrets), 10, 'a new session',
                  poll_s=0.02)
