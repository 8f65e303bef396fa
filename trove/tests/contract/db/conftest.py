# SPDX-License-Identifier: Apache-2.0
"""Each test of this folder runs on SQLite, MariaDB and PostgreSQL."""

import pytest

from trove.tests.fixtures import database
from trove.tests.fixtures import servers


@pytest.fixture(scope='session')
def mariadb_server():
    with servers.running(servers.MariaDB) as server:
        yield server


@pytest.fixture(scope='session')
def postgresql_server():
    with servers.running(servers.PostgreSQL) as server:
        yield server


@pytest.fixture(scope='session')
def new_database(request, tmp_path_factory):
    """engine name -> URL of an empty database; servers start when needed.
    """
    def make(engine):
        if engine == 'sqlite':
            return 'sqlite:///%s/trove.sqlite' % (
                tmp_path_factory.mktemp('sqlite'))
        return request.getfixturevalue(engine + '_server').database()
    return make


@pytest.fixture(params=('sqlite', 'mariadb', 'postgresql'), scope='session')
def engine(request):
    return request.param


@pytest.fixture(scope='session')
def migrated(engine, new_database):
    db = database.migrated(new_database(engine))
    yield db
    db.close()


@pytest.fixture
def db(migrated):
    database.empty(migrated)
    return migrated
