# SPDX-License-Identifier: Apache-2.0
"""Values of configuration groups, in a real PostgreSQL."""

import pytest

from trove.datastores.postgresql import plugin
from trove.datastores.postgresql.guest import tuning


@pytest.fixture
def running(postgresql):
    def ask(name):
        with postgresql.driver.engine._connector.open(
                own_settings=False) as session:
            return session.run('SELECT reset_val FROM pg_settings WHERE '
                               'lower(name) = %s', name)[0][0]
    return ask


@pytest.fixture(autouse=True)
def clean(postgresql):
    yield
    postgresql.link.endpoint.update_overrides({})
    postgresql.driver.tuning._reload()


def test_values_are_set_at_once_and_read_back(postgresql, running):
    given = {'work_mem': 7000, 'random_page_cost': 1.5, 'autovacuum': False,
             'log_statement': 'ddl', 'datestyle': 'german'}
    found = postgresql.link.endpoint.apply_overrides(given)
    assert found == {**given, 'datestyle': 'German, DMY'}
    assert running('work_mem') == '7000'


def test_what_ends_sessions_ends_none_of_the_agents(postgresql):
    given = {'idle_session_timeout': 1, 'statement_timeout': 1,
             'idle_in_transaction_session_timeout': 1, 'exit_on_error': True}
    endpoint = postgresql.link.endpoint
    endpoint.update_overrides(given)
    assert endpoint.apply_overrides(given) == given
    for _ in range(5):
        endpoint.create_user([{'name': 'steady', 'password': 'pw'}])
        assert endpoint.get_user('steady')
        endpoint.delete_user({'name': 'steady'})


@pytest.mark.parametrize('bad', [
    {'work_mem': 1}, {'work_mem': 'many'}, {'wal_compression': 'klingon'},
    {'no_such_parameter': 1}, {'shared_buffers': 20000},
    {"x' OR 1": 1}, {'timezone': 'Nowhere/Land'},
    {'default_tablespace': "a'\\b"}])
def test_of_refused_values_none_is_set(postgresql, running, bad):
    before = running('maintenance_work_mem')
    try:
        with pytest.raises(tuning.ValueRefused) as caught:
            postgresql.link.endpoint.apply_overrides(
                {'maintenance_work_mem': 20000, **bad})
    finally:
        assert running('maintenance_work_mem') == before
    assert next(iter(bad)) in str(caught.value)
    assert caught.value.code == 'value_refused'


def test_every_parameter_that_needs_no_restart_can_be_set(postgresql,
                                                          running):
    offered = [one for one in plugin.PostgreSQL(None).parameters('15')
               if not one['restart_required']]
    assert len(offered) > 150
    kinds = {'integer': int, 'float': float, 'string': str,
             'boolean': lambda text: text == 'on'}
    postgresql.link.endpoint.apply_overrides(
        {one['name']: kinds[one['type']](running(one['name']))
         for one in offered})


def test_the_way_back_of_a_group_that_is_taken_away(postgresql, running):
    endpoint = postgresql.link.endpoint
    before = running('work_mem')
    endpoint.update_overrides({'work_mem': 9000})
    endpoint.apply_overrides({'work_mem': 9000})
    assert running('work_mem') == '9000'
    # As the control plane takes an attachment back, last things first.
    endpoint.apply_overrides({'work_mem': before + 'kB'})
    assert running('work_mem') == before
    endpoint.update_overrides({})
    endpoint.restart()
    assert running('work_mem') == before


def test_what_needs_a_restart_waits_for_it_and_says_so(postgresql, running):
    endpoint = postgresql.link.endpoint
    before = running('max_connections')
    endpoint.update_overrides({'max_connections': 66, 'work_mem': 5000})
    endpoint.apply_overrides({'work_mem': 5000})
    assert running('max_connections') == before
    with postgresql.driver.engine._connector.open() as session:
        assert session.run('SELECT name FROM pg_settings WHERE '
                           'pending_restart') == [('max_connections',)]
    endpoint.restart()
    assert running('max_connections') == '66'
    endpoint.update_overrides({})
    endpoint.restart()
    assert running('max_connections') == before


def test_nothing_of_a_tenant_beats_what_the_agent_needs(postgresql, running):
    endpoint = postgresql.link.endpoint
    endpoint.update_overrides({'port': 1, 'hba_file': '/tmp/x',
                               'listen_addresses': ''})
    endpoint.restart()
    assert postgresql.query('SELECT 1') == ((1,),)
