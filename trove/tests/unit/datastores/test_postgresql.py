# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's control half: names, sizes, rendering, parameters."""

import json
import pathlib

import pytest

import trove.datastores.postgresql
from trove.common import exception
from trove.datastores import registry
from trove.datastores.postgresql import catalogue
from trove.datastores.postgresql import sizing
from trove.datastores.postgresql import withheld
from trove.objects import order
from trove.tests.fixtures import options

HERE = pathlib.Path(trove.datastores.postgresql.__file__).parent
FILES = sorted(HERE.glob('parameters-*.json'))


@pytest.fixture
def postgresql():
    return registry.Registry(options.make()).get('postgresql')


def user(name, password='pw', host='%'):
    return order.UserSpec(name=name, password=password, host=host)


@pytest.mark.parametrize('ram_mb', [256, 512, 1024, 2048, 4096, 8192, 65536,
                                    524288])
def test_an_engine_fits_into_its_server(ram_mb):
    sizes = sizing.sizes(ram_mb, 2)
    # A quarter of the connections at work at a time, one worker cleaning.
    busy_mb = sizes.connections / 4 * (sizing.CONNECTION_MB + sizes.work_mb)
    assert (sizes.shared_buffers_mb + busy_mb + sizes.autovacuum_mb + 100
            <= max(ram_mb, 512))


def test_connections_are_bounded():
    assert sizing.sizes(1024 ** 2, 1).connections == 1000
    assert sizing.sizes(256, 1).connections == 60


def test_the_defaults_are_what_is_rendered(postgresql):
    flavor = {'ram_mb': 2048, 'vcpus': 2}
    text = postgresql.render(flavor, 'i', '15')
    defaults = postgresql.defaults(flavor, 'i', '15')
    assert defaults['shared_buffers'] == '456MB'
    assert defaults['timezone'] == 'UTC'
    for name, value in defaults.items():
        assert '%s = ' % name in text and value in text


@pytest.mark.parametrize('name', [
    'a', "a'b", 'a"b', 'ünï', 'x' * 63, 'all', 'CamelCase', 'a b', '%', '@'])
def test_names_of_databases_and_users_that_are_good(postgresql, name):
    postgresql.check_database(order.DatabaseSpec(name=name))
    postgresql.check_user(user(name))


@pytest.mark.parametrize('name', ['', 'x' * 64, 'ü' * 32, ' a', 'a ', 'a\n',
                                  'a\0b', '\x7f', '\ud800'])
def test_names_that_are_not(postgresql, name):
    with pytest.raises(exception.BadRequest):
        postgresql.check_database(order.DatabaseSpec(name=name))
    with pytest.raises(exception.BadRequest):
        postgresql.check_user(user(name))


@pytest.mark.parametrize('bad', [
    user('pg_x'), user('PG_x'), user('os_db_1'), user('public'),
    user('none'), user('a/b'), user('a', host='10.0.0.1'),
    user('a', password=''), user('a', password='x' * 256),
    user('a', password='a\nb')])
def test_users_that_are_not_good(postgresql, bad):
    with pytest.raises(exception.BadRequest):
        postgresql.check_user(bad)


@pytest.mark.parametrize('encoding, collation', [
    ('UTF8', None), ('utf-8', 'C.UTF-8'), ('LATIN1', 'C'),
    (None, 'en_US.utf8'),
    ('iso-8859-1', 'POSIX'), (None, 'de-AT-x-icu'), (None, 'und-x-icu')])
def test_encodings_and_collations_that_go_together(postgresql, encoding,
                                                   collation):
    postgresql.check_database(order.DatabaseSpec(
        name='a', character_set=encoding, collate=collation))


@pytest.mark.parametrize('encoding, collation', [
    ('klingon', None), ('BIG5', None), ('LATIN1', 'en_US.UTF-8'),
    (None, 'tlh_KX'), (None, "de'-x-icu"), (None, 'x-icu')])
def test_those_that_do_not(postgresql, encoding, collation):
    with pytest.raises(exception.BadRequest):
        postgresql.check_database(order.DatabaseSpec(
            name='a', character_set=encoding, collate=collation))


def test_reserved_names(postgresql):
    assert {'postgres', 'os_admin', 'root'} <= postgresql.reserved_users
    assert {'postgres', 'template1'} <= postgresql.reserved_databases


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_parameters_are_bounded_and_none_is_withheld(path):
    found = json.loads(path.read_text())['configuration-parameters']
    names = [one['name'] for one in found]
    assert len(names) == len(set(names)) > 200
    assert not set(names) & withheld.NAMES
    assert {'work_mem', 'max_connections'} <= set(names)
    # Not by their names in the list alone: whatever looks like a place or a
    # program is the agent's.
    assert not [name for name in names if name.endswith((
        '_command', '_libraries', '_directory', '_directories', '_file',
        '_library', '_path', '_dir')) and name != 'search_path']
    for one in found:
        if one['type'] == 'integer':
            assert one['min'] <= one['max']


def test_a_parameter_of_the_server_becomes_one_of_ours():
    rows = [{'name': 'DateStyle', 'context': 'user', 'vartype': 'string',
             'min_val': None, 'max_val': None, 'category': 'x'},
            {'name': 'huge', 'context': 'postmaster', 'vartype': 'real',
             'min_val': '0', 'max_val': '1.79769e+308', 'category': 'x'},
            {'name': 'archive_command', 'context': 'sighup',
             'vartype': 'string', 'min_val': None, 'max_val': None,
             'category': 'x'},
            {'name': 'block_size', 'context': 'internal',
             'vartype': 'integer', 'min_val': '1', 'max_val': '2',
             'category': 'Preset Options'}]
    assert catalogue.offered(rows) == [
        {'name': 'datestyle', 'type': 'string', 'restart_required': False},
        {'name': 'huge', 'type': 'float', 'restart_required': True,
         'min': 0.0}]
