# SPDX-License-Identifier: Apache-2.0
"""The API on a loopback port, for clients that speak HTTP."""

import types

import pytest

from trove.api import server
from trove.cloud.fake import network
from trove.tests.fixtures import api
from trove.tests.fixtures import clients
from trove.tests.fixtures import options


@pytest.fixture(scope='session')
def database_template(tmp_path_factory):
    """A folder with a database that has the schema and datastores."""
    path = tmp_path_factory.mktemp('api-template')
    api.template(path)
    return path


@pytest.fixture
def service_class():
    """What `service` is; files may have another."""
    return api.Service


@pytest.fixture
def service(service_class, database_template, tmp_path, monkeypatch):
    """The API in this process."""
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    db = api.copy_database(database_template, tmp_path)
    yield service_class(db)
    db.close()


@pytest.fixture(scope='module')
def door():
    """(URL, what to set the application of) a port that stays open: to
    open one for each test takes longer than most tests."""
    inside = types.SimpleNamespace(app=None)
    found = server.Server(
        options.make(bind_host='127.0.0.1', bind_port=0,
                     trove_api_threads=2),
        lambda environ, start: inside.app(environ, start))
    found.start()
    yield 'http://127.0.0.1:%d' % found.address[1], inside
    found.stop()


@pytest.fixture
def world(database_template, tmp_path, monkeypatch, door):
    """A service with something of every kind in it, and its clients."""
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    db = api.copy_database(database_template, tmp_path)
    made = clients.World(db, door[0])
    door[1].app = made.service.app
    yield made
    db.close()


@pytest.fixture
def serve():
    """A function that serves a WSGI application and gives its URL."""
    running = []
    conf = options.make(bind_host='127.0.0.1', bind_port=0,
                        trove_api_threads=2)

    def start(application):
        found = server.Server(conf, application)
        found.start()
        running.append(found)
        return 'http://127.0.0.1:%d' % found.address[1]

    yield start
    for found in running:
        found.stop()


@pytest.fixture
def connect(service, serve):
    """A function that gives the client library of a token's owner."""
    urls = {}

    def made(token, app=service.app):
        if app not in urls:
            urls[app] = serve(app)
        return clients.library(urls[app], token)
    return made


@pytest.fixture
def member(connect):
    """A tenant's client."""
    return connect('member')


@pytest.fixture
def admin(connect):
    """An operator's client."""
    return connect('admin')
