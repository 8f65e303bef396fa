# SPDX-License-Identifier: Apache-2.0
"""A broker with nothing to say but that it lives."""

import pytest

from trove.common import waiting
from trove.rpc import amqp_connection
from trove.rpc import outboxes
from trove.rpc import transport


@pytest.fixture
def hasty(conf):
    """A broker that sends a heartbeat each second."""
    transport.register(conf)
    conf.set_override('heartbeat_timeout_threshold', 2,
                      'oslo_messaging_rabbit')
    yield conf
    conf.clear_override('heartbeat_timeout_threshold',
                        'oslo_messaging_rabbit')


@pytest.fixture
def reader(hasty, node):
    made = []

    def connect():
        made.append(amqp_connection.connect(hasty, node.url))
        return made[-1]

    running = outboxes.Outboxes(hasty, lambda *_: 0, lambda: None, connect)
    running.start()
    waiting.until(lambda: made, 10, 'a connection')
    yield running, made
    running.stop()


def test_a_heartbeat_makes_nobody_deaf(reader):
    running, connections = reader
    heard = connections[0].bytes_recv
    waiting.until(lambda: connections[0].bytes_recv > heard + 2, 30,
                  'some heartbeats')
    running.read(['quiet'])
    waiting.until(lambda: 'quiet' in running.reading(), 5, 'an outbox')
    running.remove(['quiet'])
    waiting.until(lambda: 'quiet' not in running.reading(), 5, 'its end')
    assert len(connections) == 1
