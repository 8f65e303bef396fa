# SPDX-License-Identifier: Apache-2.0
"""The sender is whoever's key opened the message; nothing raises out."""

import json

import pytest

from trove.common import crypto
from trove.common import exception
from trove.conductor import endpoint
from trove.conductor import limits
from trove.rpc import envelope
from trove.tests.fixtures import options

KEYS = {'i1': crypto.new_key(), 'i2': crypto.new_key()}


class Written:
    """Stands for the writer and the relay: keeps what it is given."""

    def __init__(self):
        self.reports, self.answers = [], []

    def put(self, instance_id, report, boot, number, key_id):
        self.reports.append((instance_id, report.status, boot, number))

    def answer(self, *facts):
        self.answers.append(facts)


class Links:
    """Keys of guests; ``dropped`` ones are remembered, but good no more."""

    def __init__(self):
        self.dropped = set()
        self.coming = set()     # instances that are given another key
        self.used = []

    def known(self, instance_id, key_id):
        found = KEYS.get(instance_id) if key_id == 'k' else None
        return found and (found, instance_id in self.coming)

    def key(self, instance_id, key_id):
        if instance_id not in KEYS or key_id != 'k':
            raise exception.NotFound(kind='key', id=key_id)
        return KEYS[instance_id]

    def opened(self, instance_id, key_id):
        self.used.append((instance_id, key_id))

    def hold(self, instance_id, key_id):
        if instance_id in self.dropped:
            raise exception.NotFound(kind='key', id=key_id)


@pytest.fixture
def links():
    return Links()


@pytest.fixture
def written():
    return Written()


@pytest.fixture
def conductor(written, links):
    return endpoint.Endpoint(options.make(), links, written, written,
                             limits.Buckets(20), AtOnce())


class AtOnce:
    """Does in its turn what may take a while: now."""

    full = False

    def put(self, instance_id, work):
        if not self.full:
            work()
        return not self.full


def body(sealed):
    return json.dumps({'args': {'sealed': sealed}}).encode()


def deliver(conductor, sealed, by=None):
    """Let a message come by an outbox, by its instance's own if unsaid."""
    return conductor.deliver(by or sealed['instance'], body(sealed))


def said(instance_id, method='heartbeat', number=1, sign_as=None, **args):
    if method == 'heartbeat' and not args:
        args = {'document': {'service_status': 'healthy'}}
    return envelope.seal(
        KEYS.get(sign_as or instance_id, KEYS['i1']), 'k', instance_id,
        envelope.FROM_GUEST, 1, number,
        {'method': method, 'arguments': args})


def test_a_heartbeat_is_written_under_its_sender(conductor, written):
    deliver(conductor, said('i1'))
    assert written.reports[0][0] == 'i1'
    assert conductor.counters == {'taken': 1}


def test_a_heartbeat_under_another_instances_name_is_dropped(
        conductor, written):
    deliver(conductor, said('i2', sign_as='i1'))
    assert written.reports == []
    assert conductor.counters == {'not-authentic': 1}


def test_a_message_by_the_outbox_of_another_is_dropped(conductor, written):
    deliver(conductor, said('i2'), by='i1')
    assert written.reports == []
    assert conductor.counters == {'other-outbox': 1}


def test_an_answer_is_passed_on_with_its_true_sender(conductor, written):
    deliver(conductor, said('i1', 'answer', inbox='here', call_id='c',
                               result=1, error=None))
    assert written.answers == [('i1', 'here', 'c', 1, None)]


def test_an_answer_under_a_dropped_key_goes_nowhere(conductor, written,
                                                    links):
    links.dropped.add('i1')
    deliver(conductor, said('i1', 'answer', inbox='here', call_id='c',
                               result=1, error=None))
    assert written.answers == []
    assert conductor.counters == {'unknown-instance': 1}


def test_only_what_opened_counts_as_a_use_of_the_key(conductor, links):
    deliver(conductor, said('i2', sign_as='i1'))
    assert links.used == []
    deliver(conductor, said('i1'))
    assert links.used == [('i1', 'k')]


@pytest.mark.parametrize('message,reason', [
    (body({'plain': 'text'}), 'malformed'),
    (b'\xff\xfe', 'malformed'), (b'{"oslo.message": 3}', 'malformed'),
    (b'[' * 100000, 'malformed'), (b'7', 'malformed'),
    (b' ' * 3000000, 'too-large'),
    (body({**said('i1'), 'key_id': 'dropped'}), 'unknown-instance'),
    (body(said('i1', 'delete_everything')), 'unknown-method'),
    (body(said('i1', 'heartbeat', document={})), 'malformed')])
def test_what_is_not_taken_is_counted_by_reason(conductor, written, message,
                                                reason):
    assert conductor.deliver('i1', message) == 0
    assert conductor.counters == {reason: 1}
    assert written.reports == []


def test_more_than_can_wait_is_dropped(conductor, written):
    conductor._turns.full = True
    deliver(conductor, said('i1', 'answer', inbox='here', call_id='c',
                            result=1, error=None))
    assert conductor.counters == {'unavailable': 1}
    assert written.answers == []


def test_a_heartbeat_under_a_new_key_waits_for_its_turn(conductor, written,
                                                        links):
    """It is the first of that key: the old one is to be retired."""
    links.coming.add('i1')
    deliver(conductor, said('i1'))
    assert len(written.reports) == 1
    conductor._turns.full = True
    deliver(conductor, said('i1', number=2))
    assert conductor.counters == {'taken': 1, 'unavailable': 1}
    links.coming.clear()
    deliver(conductor, said('i1', number=3))
    assert len(written.reports) == 2


def test_a_flood_is_cut_per_guest(conductor, written):
    pauses = [deliver(conductor, said('i1', number=number))
              for number in range(1, 501)]
    deliver(conductor, said('i2'))
    assert conductor.counters['too-many'] > 200
    assert pauses[0] == 0 and 0.5 < pauses[-1] <= 1
    assert written.reports[-1][0] == 'i2'
