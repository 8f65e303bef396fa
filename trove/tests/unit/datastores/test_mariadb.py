# SPDX-License-Identifier: Apache-2.0
"""MariaDB's control half: sizes, rendering, registry."""

import pytest
from oslo_config import cfg

from trove.common import exception
from trove.datastores import registry
from trove.datastores.mariadb import sizing
from trove.datastores.sqlfamily import plugin


@pytest.fixture
def mariadb():
    return registry.Registry(_conf()).get('mariadb')


def _conf():
    conf = cfg.ConfigOpts()
    conf([], project='trove', default_config_files=[],
         default_config_dirs=[])
    return conf


@pytest.mark.parametrize('ram_mb', [256, 512, 1024, 2048, 4096, 8192, 65536,
                                    524288])
def test_an_engine_fits_into_its_server(ram_mb):
    sizes = sizing.sizes(ram_mb)
    always_mb = (sizes.buffer_pool_mb + sizes.log_buffer_mb
                 + sizes.key_buffer_mb + sizes.aria_cache_mb)
    # A quarter of the connections at work at a time.
    busy_mb = sizes.connections * sizing.CONNECTION_MB / 4
    assert always_mb + busy_mb + 130 <= max(ram_mb, 256)


def test_large_servers_give_the_pool_a_larger_share():
    shares = [sizing.sizes(ram).buffer_pool_mb / ram
              for ram in (512, 1024, 2048, 4096, 8192, 16384, 65536)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.75


def test_connections_are_bounded():
    assert sizing.sizes(1024 ** 2).connections == 2000
    assert sizing.sizes(256).connections >= 50


def test_a_server_id_depends_on_the_instance_alone():
    assert plugin.server_id('a') == plugin.server_id('a')
    assert plugin.server_id('a') != plugin.server_id('b')
    assert 0 < plugin.server_id('a') < 2 ** 32


def test_the_defaults_are_what_is_rendered(mariadb):
    flavor = {'ram_mb': 2048, 'vcpus': 1}
    text = mariadb.render(flavor, 'i', '10.11')
    defaults = mariadb.defaults(flavor, 'i', '10.11')
    assert defaults['innodb_buffer_pool_size'] == '1072M'
    for name, value in defaults.items():
        assert '%s = %s' % (name, value) in text


def test_ports_and_names_come_from_options(mariadb):
    assert mariadb.tcp_ports == ((3306, 3306), (4444, 4444), (4567, 4567),
                                 (4568, 4568))
    assert 'root' in mariadb.reserved_users
    assert 'mysql' in mariadb.reserved_databases
    assert mariadb.mount_point == '/var/lib/mysql'
    assert len(mariadb.new_password()) == 36


def test_ports_that_are_none_are_a_mistake_of_the_operator():
    conf = _conf()
    mariadb = registry.Registry(conf).get('mariadb')
    conf.set_override('tcp_ports', ['3306-3300'], 'mariadb')
    with pytest.raises(exception.ConfigError, match='3306-3300'):
        assert mariadb.tcp_ports


def test_dangerous_parameters_are_not_offered(mariadb):
    names = {item['name'] for item in mariadb.parameters('10.11')}
    assert 'max_connections' in names
    assert not names & {'server_id', 'lower_case_table_names', 'datadir',
                        'plugin_dir', 'secure_file_priv', 'init_file'}


def test_an_unknown_manager_is_not_supported():
    with pytest.raises(exception.NotSupported, match='oracle'):
        registry.Registry(_conf()).get('oracle')
