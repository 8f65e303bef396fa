# SPDX-License-Identifier: Apache-2.0
"""No password is logged by the guest agent, nor told in its errors."""

import logging

import pytest

from trove.common import crypto
from trove.rpc import guest_server
from trove.rpc import transport
from trove.tests.fixtures import guest_machine

SECRET = "sw0rd'`fish"

CALLS = (
    ('create_user', {'users': [{'name': 'eve', 'password': SECRET}]}),
    ('change_passwords', {'users': [{'name': 'eve', 'password': SECRET}]}),
    ('change_passwords', {'users': [{'name': 'no', 'password': SECRET}]}),
    ('update_attributes', {'username': 'eve', 'hostname': '%',
                           'user_attrs': {'password': SECRET}}),
    ('update_attributes', {'username': 'eve', 'hostname': '%',
                           'user_attrs': {'name': 'n' * 200,
                                          'password': SECRET}}),
    ('create_user', {'users': [{'name': 'e' * 200, 'password': SECRET}]}),
    ('create_user', {'users': [{'name': 'root', 'password': SECRET}]}),
    ('create_user', {'users': [{'password': SECRET}]}),
    ('create_user', {'wrong': SECRET}),
    ('enable_root_with_password', {'root_password': SECRET}),
    ('disable_root', {}),
    ('delete_user', {'user': {'name': 'eve'}}),
)


@pytest.fixture
def link(prepared, tmp_path):
    """The guest's end of a link whose answers are kept, not sent."""
    made = guest_server.GuestLink(
        prepared.conf, guest_machine.INSTANCE, crypto.new_key(), 'k1',
        str(tmp_path / 'link.json'),
        connection=transport.connect(prepared.conf, 'kombu+memory://'))
    made._endpoint = prepared.link.endpoint
    made.said = []
    made._send = made.said.append
    yield made
    made.stop()


def test_passwords_are_neither_logged_nor_told(link, caplog):
    caplog.set_level(logging.DEBUG)
    for number, (method, arguments) in enumerate(CALLS):
        link._dispatch({'method': method, 'arguments': arguments,
                        'call_id': str(number), 'inbox': 'i'})
    told = [said['arguments'] for said in link.said]
    failed = [one['error'] for one in told if one['error']]
    assert len(told) == len(CALLS)
    assert [one['code'] for one in failed] == [
        'user_not_found', 'statement_refused', 'statement_refused',
        'forbidden', 'internal_error', 'internal_error']
    for text in (caplog.text, str(failed)):
        assert 'sw0rd' not in text
    assert caplog.text.count(' failed') >= len(failed)
