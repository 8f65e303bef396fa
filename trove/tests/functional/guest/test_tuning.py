# SPDX-License-Identifier: Apache-2.0
"""Values of configuration groups, in a real engine."""

import pytest

from trove.common import exception
from trove.datastores.mariadb import plugin
from trove.datastores.sqlfamily.guest import variables


@pytest.fixture
def running(prepared):
    def ask(name):
        with prepared.driver.engine._connector.open() as session:
            return session.run('SELECT @@GLOBAL.%s' % name)[0][0]
    return ask


def test_values_are_set_at_once_and_read_back(prepared, running):
    assert prepared.link.endpoint.apply_overrides(
        {'max_connections': 77, 'long_query_time': 2.5,
         'character_set_server': 'latin1'}) == {
             'max_connections': 77, 'long_query_time': 2.5,
             'character_set_server': 'latin1'}
    assert running('max_connections') == 77


@pytest.mark.parametrize('bad', [
    {'max_connections': 10 ** 9}, {'max_connections': 'many'},
    {'character_set_server': 'klingon'}, {'no_such_variable': 1},
    {'datadir': '/'}, {"x' OR 1": 1}])
def test_of_refused_values_none_is_set(prepared, running, bad):
    before = running('connect_timeout')
    with pytest.raises(variables.ValueRefused) as caught:
        prepared.link.endpoint.apply_overrides(
            {'connect_timeout': before + 1, **bad})
    assert next(iter(bad)) in str(caught.value)
    assert running('connect_timeout') == before


def test_every_parameter_that_needs_no_restart_can_be_set(prepared, running):
    known = plugin.MariaDB(prepared.conf).parameters('10.11')
    names = [one['name'] for one in known
             if not one['restart_required']]
    assert len(names) > 20
    prepared.link.endpoint.apply_overrides(
        {name: running(name) for name in names})


def test_no_parameter_is_withheld_and_offered():
    names = {one['name'] for one in plugin.MariaDB(None).parameters('10.11')}
    assert not names & plugin.MariaDB.withheld_parameters


def test_the_files_hold_after_a_restart(prepared, running):
    endpoint = prepared.link.endpoint
    endpoint.update_overrides({'max_connections': 66,
                               'innodb_buffer_pool_size': 64 * 1024 ** 2})
    endpoint.restart()
    assert running('max_connections') == 66
    assert running('innodb_buffer_pool_size') == 64 * 1024 ** 2
    endpoint.update_overrides({})
    endpoint.restart()
    assert running('max_connections') != 66


def test_what_is_no_object_is_refused(prepared):
    with pytest.raises(exception.BadRequest):
        prepared.link.endpoint.update_overrides(['max_connections'])
