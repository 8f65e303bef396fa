# SPDX-License-Identifier: Apache-2.0
"""The API on a loopback port, for clients that speak HTTP."""

import pytest

from trove.api import server
from trove.cloud.fake import network
from trove.tests.fixtures import api


@pytest.fixture(scope='session')
def database_template(tmp_path_factory):
    """A folder with a database that has the schema and datastores."""
    path = tmp_path_factory.mktemp('api-template')
    api.template(path)
    return path


@pytest.fixture
def service(database_template, tmp_path, monkeypatch):
    """The API in this process."""
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    db = api.copy_database(database_template, tmp_path)
    yield api.Service(db)
    db.close()


@pytest.fixture
def serve(service):
    """A function that serves a WSGI application and gives its URL."""
    running = []

    def start(application):
        service.conf.set_override('bind_host', '127.0.0.1')
        service.conf.set_override('bind_port', 0)
        service.conf.set_override('trove_api_threads', 2)
        found = server.Server(service.conf, application)
        found.start()
        running.append(found)
        return 'http://127.0.0.1:%d' % found.address[1]

    yield start
    for found in running:
        found.stop()
