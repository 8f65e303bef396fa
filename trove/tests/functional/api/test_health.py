# SPDX-License-Identifier: Apache-2.0
"""/healthcheck and its looks at database and broker."""

import socket

import pytest
from oslo_messaging import transport as messaging
from oslo_middleware.healthcheck import opts
from werkzeug import test

from trove.api import health
from trove.db import session


@pytest.fixture
def ask(make_service, monkeypatch):
    """A function that asks for the health of a new API."""
    monkeypatch.setattr(health, 'REMEMBERED_S', 0)

    def build(backends, url='kombu+memory:////', detailed=False):
        service = make_service()
        conf = service.conf
        conf.register_opts(opts.HEALTHCHECK_OPTS, group='healthcheck')
        conf.set_override('backends', backends, 'healthcheck')
        conf.set_override('detailed', detailed, 'healthcheck')
        conf.register_opts(messaging._transport_opts)
        conf.set_override('transport_url', url)
        service.app = health.HealthDoor(None, service.deps)
        client = test.Client(service.app)
        return service, lambda: client.get(
            health.PATH, headers={'Accept': 'application/json'})
    return build


def reasons(answer):
    return answer.json['reasons']


def test_the_database_is_looked_at_where_wanted(ask, monkeypatch):
    service, look = ask(['trove_database'])
    assert (look().status_code, reasons(look())) == (200, ['DATABASE OK'])

    def fail():
        raise session.DatabaseDown()
    monkeypatch.setattr(service.db, 'ping', fail)
    assert (look().status_code, reasons(look())) == (503, ['DATABASE DOWN'])


@pytest.mark.parametrize('method', ('POST', 'PUT', 'PATCH', 'DELETE'))
def test_it_is_only_looked_at(ask, method):
    service, _ = ask(['trove_database'])
    client = test.Client(service.app)
    answer = client.open(health.PATH, method=method)
    assert (answer.status_code, answer.headers['Allow']) == (
        405, 'GET, HEAD, OPTIONS')
    assert answer.json['badMethod']['code'] == 405
    for looking in ('GET', 'HEAD', 'OPTIONS'):
        assert client.open(health.PATH, method=looking).status_code < 300


def test_the_broker_is_looked_at_where_wanted(ask):
    with socket.create_server(('127.0.0.1', 0)) as broker:
        port = broker.getsockname()[1]
        _, look = ask(['trove_broker'],
                      'rabbit://trove:s3cret@127.0.0.1:%d//' % port)
        assert (look().status_code, reasons(look())) == (200, ['BROKER OK'])
    answer = look()
    assert (answer.status_code, reasons(answer)) == (503, ['BROKER DOWN'])


def test_details_hold_no_password(ask):
    with socket.create_server(('127.0.0.1', 0)) as gone:
        port = gone.getsockname()[1]
    _, look = ask(['trove_broker'],
                  'rabbit://trove:s3cret@127.0.0.1:%d//' % port, True)
    said = look().get_data(as_text=True)
    assert 'No connection to 127.0.0.1' in said
    assert 's3cret' not in said


def test_one_node_is_enough(ask):
    with (socket.create_server(('127.0.0.1', 0)) as broker,
          socket.create_server(('127.0.0.1', 0)) as gone):
        ports = [one.getsockname()[1] for one in (gone, broker)]
        gone.close()
        _, look = ask(['trove_broker'], 'rabbit://t:x@127.0.0.1:%d,'
                      't:x@127.0.0.1:%d//' % tuple(ports))
        assert look().status_code == 200


def test_many_who_ask_cost_one_look(ask, monkeypatch):
    monkeypatch.setattr(health, 'REMEMBERED_S', 60)
    service, look = ask(['trove_database'])
    asked = []
    monkeypatch.setattr(service.db, 'ping', lambda: asked.append(1))
    assert {look().status_code for _ in range(20)} == {200}
    assert len(asked) == 1
