# SPDX-License-Identifier: Apache-2.0
"""What the control half says of PostgreSQL against the real server."""

import json
import pathlib

import psycopg
import pytest

import trove.datastores.postgresql
from trove.datastores import registry
from trove.datastores.postgresql import catalogue
from trove.datastores.postgresql import rules
from trove.tests.fixtures import options
from trove.tests.fixtures import servers

HERE = pathlib.Path(trove.datastores.postgresql.__file__).parent
POSTGRESQL = registry.Registry(options.make()).get('postgresql')


@pytest.fixture(scope='module')
def engine():
    """A connection to a real server."""
    server = servers.PostgreSQL()
    server.start()
    try:
        with psycopg.connect(
                host='127.0.0.1', port=server.port, user='trove',
                password=server.password, dbname='postgres',
                autocommit=True) as connection:
            yield connection
    finally:
        server.remove()


def rows_of(engine):
    return engine.execute(catalogue.QUERY).fetchone()[0]


def test_parameters_are_the_servers(engine):
    version = engine.info.server_version // 10000
    kept = json.loads((HERE / ('parameters-%d.json' % version)).read_text())
    offered = catalogue.offered(rows_of(engine))
    # A patch release may add one; the ranges of those we offer are its own.
    found = {one['name']: one for one in offered}
    for one in kept['configuration-parameters']:
        assert found.get(one['name']) == one


@pytest.mark.parametrize('ram_mb', [512, 2048, 65536])
def test_the_server_knows_what_is_rendered(engine, ram_mb):
    known = {row['name'].lower(): row for row in rows_of(engine)}
    defaults = POSTGRESQL.defaults({'ram_mb': ram_mb, 'vcpus': 4}, 'i', '15')
    for name, value in defaults.items():
        assert name in known
        unit = {'MB': 1024 ** 2}.get(value[-2:])
        if unit and known[name]['max_val']:
            pages = int(value[:-2]) * unit // 8192
            assert pages <= int(known[name]['max_val'])


def test_encodings_are_the_servers(engine):
    names = [row[0] for row in engine.execute(
        'SELECT pg_encoding_to_char(number) FROM generate_series(0, 34) '
        'AS number')]
    assert {rules._plain(name) for name in names} <= rules.ENCODINGS
    for name in rules.ENCODINGS:
        [(number,)] = engine.execute(
            'SELECT pg_char_to_encoding(%s)', (name,)).fetchall()
        assert 0 <= number <= 34, name
