# SPDX-License-Identifier: Apache-2.0
"""Which nodes are tried, and which name is asked of which."""

import kombu
import pytest
from kombu import transport

from trove.rpc import living_nodes
from trove.rpc import named_nodes


@pytest.fixture
def living():
    """Names of the nodes that let one in."""
    return set()


@pytest.fixture
def asked(monkeypatch, living):
    """(node, name that its certificate must bear) of each try."""
    tries = []

    class Node:
        connected = True

        def __init__(self, host, ssl, **_):
            self._try = (host, ssl and ssl['server_hostname'])

        def connect(self):
            tries.append(self._try)
            if self._try[0].partition(':')[0] not in living:
                raise OSError('deaf')

    monkeypatch.setattr(living_nodes, 'LATELY', living_nodes.Lately())
    monkeypatch.setattr(living_nodes, 'shuffled', list)
    monkeypatch.setattr(living_nodes, 'knock', lambda node: None)
    monkeypatch.setattr(named_nodes.Transport, 'Connection', Node)
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


def test_one_try_is_one_of_all_nodes(asked, living):
    living.add('three')
    connection = kombu.Connection(
        ';'.join('amqp://u:p@%s:1//' % name
                 for name in ('one', 'two', 'three')),
        ssl={'server_hostname': None})
    connection.ensure_connection(max_retries=0)
    assert [('one:1', 'one'), ('two:1', 'two'), ('three:1', 'three')] == asked
    assert 'three:1' == connection.host
    # The next one has heard who is dead.
    connection.clone().ensure_connection(max_retries=0)
    assert ('three:1', 'three') == asked[3] and len(asked) == 4


def test_a_node_that_does_not_open_is_not_spoken_to(asked, living,
                                                    monkeypatch):
    def knock(node):
        if node[0] == 'one':
            raise TimeoutError('silent')

    living.update(('one', 'two'))
    monkeypatch.setattr(living_nodes, 'knock', knock)
    kombu.Connection('amqp://u:p@one:1//;amqp://u:p@two:1//').connect()
    assert [('two:1', False)] == asked


def test_a_name_that_is_given_stays(asked):
    _connect('amqp://u:p@one:1//', {'server_hostname': 'broker'})
    assert {('one:1', 'broker')} == set(asked)


def test_without_tls_nothing_is_asked(asked):
    _connect('amqp://u:p@one:1//', False)
    assert {('one:1', False)} == set(asked)
