# SPDX-License-Identifier: Apache-2.0
"""Events over a real broker, as a consumer of oslo.messaging sees them."""

import queue

import oslo_messaging
import pytest

from trove.operations import events
from trove.rpc import notifications
from trove.taskmanager import courier
from trove.tests.fixtures import database
from trove.tests.fixtures import rabbit

ANSWER_S = 30


class Consumer:
    """What a billing system would run."""

    def __init__(self):
        self.heard = queue.Queue()

    def info(self, ctxt, publisher_id, event_type, payload, metadata):
        """Called for each event."""
        self.heard.put((ctxt, publisher_id, event_type, payload, metadata))


@pytest.fixture
def own_node(tmp_path):
    """A broker that may be stopped."""
    place = tmp_path / 'rabbit'
    place.mkdir()
    with rabbit.node(place) as running:
        yield running


@pytest.fixture
def telling(conf, own_node, monkeypatch):
    """The options of an operator who listens."""
    notifications.register(conf)
    for name, value in (('driver', ['messagingv2']),
                        ('transport_url', own_node.url)):
        conf.set_override(name, value, notifications.GROUP)
    yield conf
    for name in ('driver', 'transport_url'):
        conf.clear_override(name, notifications.GROUP)


@pytest.fixture
def consumer(telling):
    """A listener on the usual topic."""
    found = Consumer()
    listeners = []

    def start():
        listeners.append(oslo_messaging.get_notification_listener(
            oslo_messaging.get_notification_transport(telling),
            [oslo_messaging.Target(topic='notifications')], [found],
            executor='threading'))
        listeners[0].start()
    found.start = start
    yield found
    for listener in listeners:
        listener.stop()
        listener.wait()


@pytest.fixture
def carrier(telling, tmp_path):
    """A courier over a database with three events."""
    db = database.sqlite(tmp_path)

    def keep(*numbers):
        with db.writer() as tx:
            tx.notifications.add([events.about_request(
                telling, database.ctx(), 'instance_create', 'start',
                {'name': 'db-%d' % number}) for number in numbers])
    keep(0, 1, 2)
    found = courier.Courier(db, telling, 'tm-1',
                            notifications.Sender(telling))
    found.keep_more = lambda: keep(3)
    yield found
    db.close()


def test_a_consumer_hears_each_event_in_order(carrier, consumer):
    consumer.start()
    assert carrier.deliver() == 3
    for number in range(3):
        ctxt, publisher, kind, payload, metadata = consumer.heard.get(
            timeout=ANSWER_S)
        assert kind == 'dbaas.instance_create.start'
        assert publisher.startswith('api.')
        assert payload['name'] == 'db-%d' % number
        assert payload['payload_version'] == '1.0'
        assert payload['tenant_id'] == database.PROJECT
        assert 'auth_token' not in ctxt
        assert metadata['message_id']


def test_events_outlive_an_outage_of_the_broker(
        carrier, consumer, own_node):
    own_node.stop()
    for _ in range(2):
        with pytest.raises(notifications.NotTaken):
            carrier.deliver()
    own_node.start()
    assert carrier.deliver() == 3
    consumer.start()
    assert [consumer.heard.get(timeout=ANSWER_S)[3]['name']
            for _ in range(3)] == ['db-0', 'db-1', 'db-2']


def test_a_connection_that_breaks_loses_nothing(
        carrier, consumer, own_node):
    assert carrier.deliver() == 3
    own_node.stop()
    carrier.keep_more()
    with pytest.raises(notifications.NotTaken):
        carrier.deliver()
    own_node.start()
    assert carrier.deliver() == 1


def test_a_consumer_may_come_later(carrier, consumer):
    assert carrier.deliver() == 3
    consumer.start()
    assert consumer.heard.get(timeout=ANSWER_S)[3]['name'] == 'db-0'
