# SPDX-License-Identifier: Apache-2.0
"""What the messaging library casts is what the reader of outboxes reads."""

import amqp
import pytest

from trove.common import waiting
from trove.rpc import casts
from trove.rpc import transport


@pytest.fixture
def channel(node):
    connection = amqp.Connection(host='127.0.0.1:%d' % node.port,
                                 userid='trove', password=node.password)
    connection.connect()
    yield connection.channel()
    connection.close()


def test_an_argument_of_a_cast_is_read_as_it_was_given(plane, channel):
    channel.queue_declare('heard', auto_delete=False)
    channel.queue_bind('heard', 'amq.topic', 'heard')
    sealed = {'number': 2 ** 61, 'text': 'sécret\x00"', 'list': [1, None]}
    transport.client(plane.connection, 'heard', exchange='amq.topic',
                     routed=True).cast({}, 'deliver', sealed=sealed)
    message = waiting.until(lambda: channel.basic_get('heard', True), 10,
                            'the cast', poll_s=0.01)
    assert casts.argument(message.body, 'sealed') == sealed
    assert casts.argument(message.body, 'other') is None
    channel.queue_delete('heard')


def test_a_cast_that_reaches_no_queue_is_an_error(plane):
    client = transport.client(plane.connection, 'nobody',
                              exchange='amq.topic', routed=True)
    for _ in range(3):
        with pytest.raises(transport.MessagingError):
            client.cast({}, 'deliver', sealed={})
