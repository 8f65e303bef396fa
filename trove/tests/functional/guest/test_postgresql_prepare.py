# SPDX-License-Identifier: Apache-2.0
"""A bare machine becomes a PostgreSQL server."""

import os
import pwd
import stat

import pytest

from trove.guestkit import disks
from trove.guestkit import files
from trove.objects import order
from trove.tests.fixtures import guest_engines
from trove.tests.fixtures import guest_machine

REFUSED = guest_engines.PostgreSQL.refused


@pytest.fixture
def machine():
    made = guest_machine.Machine(manager='postgresql')
    yield made
    made.close()


def ask(machine, statement, *values):
    with machine.driver.engine._connector.open(
            own_settings=False) as engine:
        return engine.run(statement, *values)


def test_a_prepared_server_serves_its_tenant(machine):
    report = machine.prepare()
    assert report['service_status'] == 'healthy'
    assert report['engine_version'].startswith('15.')
    assert report['error'] is None
    assert report['memory_mb'] > 5
    machine.query('CREATE TABLE t (a INT)')
    machine.query('INSERT INTO t VALUES (7)')
    assert machine.query('SELECT a FROM t') == ((7,),)


def test_data_lies_on_xfs_below_the_mount_point_and_is_the_engines(machine):
    machine.prepare()
    assert disks.signature(machine.device)[0] == 'xfs'
    data = os.stat(os.path.join(machine.mount_point, 'data'))
    assert stat.S_IMODE(data.st_mode) == 0o700
    assert data.st_uid == pwd.getpwnam('postgres').pw_uid
    assert sorted(os.listdir(machine.mount_point)) == ['data', 'reserve']


def test_the_engine_runs_on_the_ordered_configuration(machine):
    machine.prepare(overrides={'work_mem': 5000, 'jit': True,
                               'application_name': "a'b\\c"})
    found = {name: ask(machine, 'SELECT current_setting(%s)', name)[0][0]
             for name in ('shared_buffers', 'work_mem', 'jit',
                          'data_checksums', 'data_directory',
                          'password_encryption')}
    assert found == {'shared_buffers': '72MB', 'work_mem': '5000kB',
                     'jit': 'on', 'data_checksums': 'on',
                     'data_directory': os.path.join(machine.mount_point,
                                                    'data'),
                     'password_encryption': 'scram-sha-256'}
    assert ask(machine, "SELECT reset_val FROM pg_settings WHERE "
               "name = 'search_path'") == [('"$user", public',)]
    assert ask(machine, 'SELECT count(*) FROM pg_file_settings WHERE '
               'error IS NOT NULL') == [(0,)]


def test_nobody_but_the_agent_and_the_tenant_comes_in(machine):
    machine.prepare()
    assert ask(machine, 'SELECT rolname FROM pg_roles WHERE rolcanlogin '
               'ORDER BY 1') == [('ann',), ('postgres',)]
    for user in ('postgres', 'root', 'os_db_5'):
        with pytest.raises(REFUSED):
            machine.query('SELECT 1', user=user, password='')
    for database in ('postgres', 'template1'):
        with pytest.raises(REFUSED, match='permission denied'):
            machine.query('SELECT 1', database=database)


def test_no_secret_stays_on_the_disks(machine):
    machine.prepare(root_password='topsecret99')
    assert machine.query('SELECT 1', user='root', password='topsecret99',
                         database=None) == ((1,),)
    for folder, _, names in os.walk(machine.root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name != 'volume.img':
                text = files.read(path) or ''
                assert 'topsecret99' not in text, path
                assert 'an% e\u00e9!x' not in text, path


def test_hostile_names_become_databases_and_users(machine):
    database, user, password = 'a"b_%c\'`', 'x\'"`% y', 'p\'"\\ %s`'
    machine.prepare(
        databases=(order.DatabaseSpec(name=database),),
        users=(order.UserSpec(name=user, password=password,
                              databases=(database,)),))
    assert machine.query('SELECT current_database()', user=user,
                         password=password, database=database) == (
                             (database,),)


def failed(machine, **changes):
    link = machine.start_agent()
    link.endpoint.prepare(machine.order(**changes).to_dict())
    return link.wait(phase='failed')


def test_an_engine_that_refuses_to_start_says_why(machine):
    config = machine.order().config + "no_such_option = 'an% e\u00e9!x'\n"
    report = failed(machine, config=config)
    assert report['service_status'] == 'failed to spawn'
    assert report['error'].startswith('start: ')
    assert 'no_such_option' in report['error']
    assert 'an% e\u00e9!x' not in report['error']
    assert machine.engine_pid() is None
    assert machine.prepare(operation_id='op-2')['phase'] == 'ready'


def test_a_value_it_cannot_start_with_is_told(machine):
    report = failed(machine, overrides={'shared_buffers': 10 ** 9})
    assert 'memory' in report['error']


def test_a_used_volume_keeps_its_data(machine):
    """As after a rebuild: a new root disk, the old volume."""
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    machine.lose_root_disk()
    machine.prepare(operation_id='op-2')
    assert machine.query('SELECT a FROM t') == ((5,),)
