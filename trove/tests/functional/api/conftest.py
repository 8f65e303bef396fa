# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the API's tests."""

import pytest

from trove.cloud.fake import network
from trove.tests.fixtures import api


@pytest.fixture(scope='session')
def database_template(tmp_path_factory):
    """A folder with a database that has the schema and datastores."""
    path = tmp_path_factory.mktemp('api-template')
    api.template(path)
    return path


@pytest.fixture
def service_class():
    """What `make_service` makes; files may have another."""
    return api.Service


@pytest.fixture
def make_service(service_class, database_template, tmp_path, monkeypatch):
    """A function that builds the API with options of the test's own."""
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    monkeypatch.setitem(network.NETWORKS, api.FOREIGN_NETWORK,
                        (api.OTHER, '10.8.0'))
    monkeypatch.setitem(network.SUBNETS, api.SUBNET, api.NETWORK)
    db = api.copy_database(database_template, tmp_path)
    yield lambda **overrides: service_class(db, **overrides)
    db.close()


@pytest.fixture
def service(make_service):
    """The API with its default options."""
    return make_service()


@pytest.fixture
def member(service):
    """A caller of the ordinary project."""
    return service.caller('member')


@pytest.fixture
def admin(service):
    """An operator."""
    return service.caller('admin')


@pytest.fixture
def make_group(member):
    """A function that makes a configuration group of some values."""
    def make(values, caller=member, **facts):
        answer = caller.post('/configurations', {'configuration': {
            'name': 'web', 'values': values,
            'datastore': {'type': 'mariadb', 'version': '10.11'}, **facts}})
        assert answer.status_code == 200, answer.json
        return answer.json['configuration']
    return make
