# SPDX-License-Identifier: Apache-2.0
"""Values that are memory: one by one, and together."""

import types

import pytest

from trove.datastores import registry
from trove.operations import memory_values
from trove.tests.fixtures import options

MB = 2 ** 20


@pytest.fixture(scope='module')
def deps():
    return types.SimpleNamespace(datastores=registry.Registry(options.make()))


def check(deps, manager, values, ram_mb=1024):
    memory_values.check(deps, manager, values, ram_mb, 'flavor 1')


@pytest.mark.parametrize('manager, name, unit', [
    ('mariadb', 'innodb_buffer_pool_size', 1),
    ('mysql', 'innodb_buffer_pool_size', 1),
    ('postgresql', 'shared_buffers', 8192),
    ('postgresql', 'work_mem', 1024)])
def test_one_value_as_large_as_the_server_is_refused(deps, manager, name,
                                                     unit):
    with pytest.raises(memory_values.AboveMemory, match=name):
        check(deps, manager, {name: 1024 * MB // unit})
    check(deps, manager, {name: 900 * MB // unit})


@pytest.mark.parametrize('manager', ['mariadb', 'mysql', 'percona'])
def test_caches_that_fit_alone_and_not_together_are_refused(deps, manager):
    both = {'innodb_buffer_pool_size': 600 * MB, 'key_buffer_size': 500 * MB}
    with pytest.raises(memory_values.AboveMemoryTogether) as caught:
        check(deps, manager, both)
    for word in ('innodb_buffer_pool_size (600 MB)',
                 'key_buffer_size (500 MB)', 'by default', 'flavor 1',
                 '1024 MB'):
        assert word in caught.value.message
    check(deps, manager, both, ram_mb=2048)


def test_what_is_not_set_counts_as_it_will_be(deps):
    # The pool has some hundred MB of its own accord.
    with pytest.raises(memory_values.AboveMemoryTogether,
                       match=r'innodb_buffer_pool_size \(\d+ MB by default'):
        check(deps, 'mariadb', {'aria-pagecache-buffer-size': 800 * MB})


def test_what_all_sessions_of_postgresql_share_is_added_up(deps):
    values = {'shared_buffers': 700 * MB // 8192,
              'wal_buffers': 400 * MB // 8192}
    with pytest.raises(memory_values.AboveMemoryTogether,
                       match='shared_buffers .*wal_buffers'):
        check(deps, 'postgresql', values)
    check(deps, 'postgresql', {**values, 'wal_buffers': -1})


@pytest.mark.parametrize('manager, values', [
    ('postgresql', {'work_mem': 900 * 1024, 'max_connections': 1000,
                    'maintenance_work_mem': 900 * 1024}),
    ('mariadb', {'sort_buffer_size': 900 * MB, 'max_connections': 1000,
                 'join_buffer_size': 900 * MB})])
def test_what_sessions_may_take_is_not_added_up(deps, manager, values):
    check(deps, manager, values)


@pytest.mark.parametrize('manager', ['mariadb', 'mysql', 'percona',
                                     'postgresql'])
@pytest.mark.parametrize('ram_mb', [256, 512, 1024, 65536])
def test_what_there_is_by_default_fits(deps, manager, ram_mb):
    plugin = deps.datastores.get(manager)
    found = plugin.memory_at_start(ram_mb)
    assert set(found) <= set(plugin.memory_parameters)
    assert 0 < sum(found.values()) < ram_mb * MB


def test_an_old_row_that_tells_no_memory_is_not_held_against_it(deps):
    check(deps, 'mariadb', {'key_buffer_size': 1 << 40}, ram_mb=0)
