# SPDX-License-Identifier: Apache-2.0
"""The sender is whoever's key opened the message; nothing raises out."""

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

    def put(self, instance_id, report, boot, number):
        self.reports.append((instance_id, report.status, boot, number))

    def answer(self, *facts):
        self.answers.append(facts)


def key(instance_id, key_id):
    if instance_id not in KEYS or key_id != 'k':
        raise exception.NotFound(kind='key', id=key_id)
    return KEYS[instance_id]


@pytest.fixture
def written():
    return Written()


@pytest.fixture
def conductor(written):
    return endpoint.Endpoint(options.make(), key, written, written,
                             limits.Buckets(20))


def said(instance_id, method='heartbeat', number=1, sign_as=None, **args):
    if method == 'heartbeat' and not args:
        args = {'document': {'service_status': 'healthy'}}
    return envelope.seal(
        KEYS.get(sign_as or instance_id, KEYS['i1']), 'k', instance_id,
        envelope.FROM_GUEST, 1, number,
        {'method': method, 'arguments': args})


def test_a_heartbeat_is_written_under_its_sender(conductor, written):
    conductor.deliver({}, said('i1'))
    assert written.reports[0][0] == 'i1'
    assert conductor.counters == {'taken': 1}


def test_a_heartbeat_under_another_instances_name_is_dropped(
        conductor, written):
    conductor.deliver({}, said('i2', sign_as='i1'))
    assert written.reports == []
    assert conductor.counters == {'not-authentic': 1}


def test_an_answer_is_passed_on_with_its_true_sender(conductor, written):
    conductor.deliver({}, said('i1', 'answer', inbox='here', call_id='c',
                               result=1, error=None))
    assert written.answers == [('i1', 'here', 'c', 1, None)]


@pytest.mark.parametrize('message,reason', [
    ({'plain': 'text'}, 'malformed'),
    (said('i9'), 'unknown-instance'),
    (said('i1', 'delete_everything'), 'unknown-method'),
    (said('i1', 'heartbeat', document={}), 'malformed')])
def test_what_is_not_taken_is_counted_by_reason(conductor, written, message,
                                                reason):
    conductor.deliver({}, message)
    assert conductor.counters == {reason: 1}
    assert written.reports == []


def test_a_flood_is_cut_per_guest(conductor, written):
    for number in range(1, 501):
        conductor.deliver({}, said('i1', number=number))
    conductor.deliver({}, said('i2'))
    assert conductor.counters['too-many'] > 200
    assert written.reports[-1][0] == 'i2'
