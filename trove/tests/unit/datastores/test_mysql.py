# SPDX-License-Identifier: Apache-2.0
"""Control halves of MySQL and Percona Server."""

import pytest

from trove.common import exception
from trove.datastores import registry
from trove.datastores.sqlfamily.guest import accounts
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.mysqld import sizing
from trove.objects import order
from trove.tests.fixtures import options

VERSIONS = {'mysql': '9.7', 'percona': '8.4'}


@pytest.fixture(params=sorted(VERSIONS))
def mysql(request):
    return registry.Registry(options.make()).get(request.param)


@pytest.mark.parametrize('ram_mb', [512, 1024, 2048, 4096, 8192, 65536,
                                    524288])
def test_an_engine_fits_into_its_server(ram_mb):
    sizes = sizing.sizes(ram_mb)
    always_mb = (sizes.buffer_pool_mb + sizes.log_buffer_mb
                 + sizes.key_buffer_mb + 150 * sizes.instrumented)
    busy_mb = sizes.connections * sizing.CONNECTION_MB / 4
    assert always_mb + busy_mb + 200 <= ram_mb


@pytest.mark.parametrize('ram_mb', [512, 1000, 3333, 8191, 9001, 70000])
def test_the_pool_is_made_of_whole_chunks(ram_mb):
    sizes = sizing.sizes(ram_mb)
    assert sizes.buffer_pool_mb % sizes.chunk_mb == 0
    assert sizes.buffer_pool_mb // sizes.chunk_mb <= 4096


def test_large_servers_give_the_pool_a_larger_share():
    shares = [sizing.sizes(ram).buffer_pool_mb / ram
              for ram in (512, 1024, 2048, 4096, 8192, 16384, 65536)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.75


def test_the_defaults_are_what_is_rendered(mysql):
    flavor = {'ram_mb': 2048, 'vcpus': 1}
    text = mysql.render(flavor, 'i', '9.7')
    defaults = mysql.defaults(flavor, 'i', '9.7')
    assert defaults['innodb_buffer_pool_size'] == '992M'
    assert defaults['performance_schema'] == '0'
    for name, value in defaults.items():
        assert '%s = %s' % (name, value) in text


def test_parameters_are_known_and_none_is_withheld(mysql):
    found = mysql.parameters(VERSIONS[mysql.name])
    names = [one['name'] for one in found]
    assert len(names) == len(set(names))
    assert 'max_connections' in names
    assert not set(names) & mysql.withheld_parameters
    for one in found:
        assert one['type'] in ('integer', 'float', 'boolean', 'string')
        if 'min' in one:
            assert one['min'] <= one['max'], one


def test_its_character_sets_are_known(mysql):
    mysql.check_database(order.DatabaseSpec(
        name='d', character_set='utf8mb4', collate='utf8mb4_0900_ai_ci'))
    with pytest.raises(exception.BadRequest):
        mysql.check_database(order.DatabaseSpec(
            name='d', collate='uca1400_ai_ci'))


def test_names_of_users_are_shorter_than_those_of_mariadb(mysql):
    mysql.check_user(order.UserSpec(name='a' * 32, password='pw'))
    with pytest.raises(exception.BadRequest):
        mysql.check_user(order.UserSpec(name='a' * 33, password='pw'))


class Recorder:
    """An engine that notes what it is asked."""

    def __init__(self, *rights):
        self.statements = []
        self._rights = rights

    def run(self, statement, *values):
        self.statements.append(statement)
        return [(right,) for right in self._rights] if (
            'privilege_type' in statement) else []


def test_root_gets_no_right_that_leads_out():
    engine = Recorder('SYSTEM_USER', 'SYSTEM_VARIABLES_ADMIN', 'CLONE_ADMIN',
                      'ROLE_ADMIN', 'NEW_IN_A_LATER_VERSION')
    accounts.MysqldRoot(connection.Connector('/x'))._empower(engine)
    given = ' '.join(engine.statements)
    assert 'ROLE_ADMIN' in given
    for right in ('SYSTEM_USER', 'SYSTEM_VARIABLES', 'CLONE', 'LATER',
                  'FILE', 'SUPER', 'SHUTDOWN'):
        assert right not in given
    assert engine.statements[-1].startswith('REVOKE INSERT')


@pytest.mark.parametrize('name, target', [
    ('a_b', '`a_b`.*'), ('a\\b', '`a\\b`.*'), ('a`b', '`a``b`.*'),
    ('50%', '`50%%`.*')])
def test_a_grant_names_its_database_as_it_is(name, target):
    users = accounts.MysqldUsers(connection.Connector('/x'), ())
    assert users._target(name) == target
    assert users._granted(name) == name
