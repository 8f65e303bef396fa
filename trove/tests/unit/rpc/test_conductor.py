# SPDX-License-Identifier: Apache-2.0
"""What a guest says about whom its answer is for is held to its shape."""

import pytest

from trove.common import exception
from trove.rpc import conductor
from trove.tests.fixtures import options


class Client:
    """Keeps what it is to cast, by the server's name."""

    def __init__(self):
        self.sent = []

    def prepare(self, server):
        self._server = server
        return self

    def cast(self, ctxt, method, **arguments):
        self.sent.append((self._server, arguments))


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def relay(client, monkeypatch):
    monkeypatch.setattr(conductor.transport, 'client',
                        lambda *_, **__: client)
    return conductor.Relay(options.make(), None)


def test_an_answer_goes_to_the_inbox_that_it_names(relay, client):
    relay.answer('i', 'host-1-ab.c_d', 'c', 1, None)
    [(server, arguments)] = client.sent
    assert server == 'host-1-ab.c_d'
    assert arguments == {'instance_id': 'i', 'call_id': 'c', 'result': 1,
                         'error': None}


@pytest.mark.parametrize('inbox, call_id', [
    (None, 'c'), (7, 'c'), ('', 'c'), ('x' * 129, 'c'), ('a#', 'c'),
    ('a b', 'c'), ('*', 'c'), ('here', None), ('here', 7),
    ('here', 'x' * 1000)])
def test_an_answer_to_nowhere_is_refused(relay, client, inbox, call_id):
    with pytest.raises(exception.BadRequest):
        relay.answer('i', inbox, call_id, 1, None)
    assert client.sent == []
