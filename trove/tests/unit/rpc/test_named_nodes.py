# SPDX-License-Identifier: Apache-2.0
"""Which name is asked of which node."""

import kombu
import pytest
from kombu import transport

from trove.rpc import named_nodes


@pytest.fixture
def asked(monkeypatch):
    """(node, name that its certificate must bear) of each try."""
    tries = []

    class Deaf:
        def __init__(self, host, ssl, **_):
            self._try = (host, ssl and ssl['server_hostname'])

        def connect(self):
            tries.append(self._try)
            raise OSError('deaf')

    monkeypatch.setattr(named_nodes.Transport, 'Connection', Deaf)
    monkeypatch.setattr(transport, '_transport_cache', {})
    monkeypatch.setattr(transport, 'TRANSPORT_ALIASES', {})
    named_nodes.register()
    return tries


def _connect(url, ssl):
    connection = kombu.Connection(url, ssl=ssl)
    with pytest.raises(kombu.exceptions.OperationalError):
        connection.ensure_connection(max_retries=2, interval_start=0,
                                     interval_step=0)


def test_each_node_is_asked_for_its_own_name(asked):
    _connect('amqp://u:p@one:1//;amqp://u:p@two:1//',
             {'server_hostname': None})
    assert {('one:1', 'one'), ('two:1', 'two')} == set(asked)


def test_a_name_that_is_given_stays(asked):
    _connect('amqp://u:p@one:1//', {'server_hostname': 'broker'})
    assert {('one:1', 'broker')} == set(asked)


def test_without_tls_nothing_is_asked(asked):
    _connect('amqp://u:p@one:1//', False)
    assert {('one:1', False)} == set(asked)
