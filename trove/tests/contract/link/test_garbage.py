# SPDX-License-Identifier: Apache-2.0
"""Messages that are none, from a guest that may publish what it likes."""

import amqp
import pytest

from trove.rpc import broker_names
from trove.tests.contract.link import test_guest_link


def publish(node, control, instance_id, body):
    """Publish to the conductor as the user of an instance."""
    connection = amqp.Connection(
        host='127.0.0.1:%d' % node.port,
        userid=broker_names.user(instance_id),
        password=control.links.secrets[instance_id].password,
        confirm_publish=True)
    connection.connect()
    connection.channel().basic_publish(amqp.Message(
        body, content_type='application/json', content_encoding='utf-8'),
        broker_names.exchange(instance_id), broker_names.outbox(instance_id))
    connection.close()


@pytest.mark.parametrize('body', [
    'garbage', '[]', '{}', '{"oslo.version": "2.0"}',
    '{"oslo.version": "2.0", "oslo.message": "[]"}',
    '{"oslo.version": "2.0", "oslo.message": "{}"}',
    '{"oslo.version": "9.0", "oslo.message": "{}"}'])
def test_a_message_that_is_none_stops_nobody(control, boot, node, body):
    thief, other = control.enrol(), control.enrol()
    publish(node, control, thief, body)
    link = boot(other, test_guest_link.Agent())
    link.heartbeat({'service_status': 'healthy'})
    assert control.reports.of(other)
