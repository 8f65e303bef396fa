# SPDX-License-Identifier: Apache-2.0
"""A bare machine becomes a database server, with a real engine on XFS."""

import os
import pwd
import stat
import subprocess

import pymysql
import pytest

from trove.common import exception
from trove.common import waiting
from trove.guestkit import disks
from trove.guestkit import files
from trove.objects import order
from trove.tests.fixtures import guest_machine


def state(machine):
    return files.read_json(
        machine.path('/var/lib/trove-guestagent/state.json'))


def test_the_first_word_comes_before_any_order(machine):
    link = machine.start_agent()
    assert link.wait(phase='waiting')['service_status'] == 'new'


def test_a_prepared_server_serves_its_tenant(machine):
    report = machine.prepare()
    assert report['service_status'] == 'healthy'
    assert report['engine_version'].startswith('10.')
    assert report['volume_total_gb'] == pytest.approx(0.94, abs=0.1)
    machine.query('CREATE TABLE t (a INT)')
    machine.query('INSERT INTO t VALUES (7)')
    assert machine.query('SELECT a FROM t') == ((7,),)


def test_data_lies_on_xfs_below_the_mount_point_and_is_the_engines(machine):
    machine.prepare()
    assert disks.signature(machine.device)[0] == 'xfs'
    assert (disks.mounted_at(machine.path('/var/lib/mysql'))
            == disks.device_number(machine.device))
    data = os.stat(machine.path('/var/lib/mysql/data'))
    assert stat.S_IMODE(data.st_mode) == 0o700
    assert data.st_uid == pwd.getpwnam('mysql').pw_uid
    left = os.listdir(machine.path('/var/lib/mysql'))
    assert sorted(left) == ['data', 'reserve', 'scratch']


def test_the_volume_is_in_fstab_by_uuid_and_does_not_hold_up_a_boot(machine):
    machine.prepare()
    uuid = disks.signature(machine.device)[1]
    assert files.read(machine.path('/etc/fstab')) == (
        'UUID=%s %s xfs noatime,noauto,nofail 0 0\n'
        % (uuid, machine.path('/var/lib/mysql')))


def test_the_engine_runs_on_the_ordered_configuration(machine):
    machine.prepare(overrides={'wait_timeout': 77})
    with machine.driver.engine._connector.open() as connection:
        found = connection.run(
            'SELECT @@innodb_buffer_pool_size, @@wait_timeout, @@datadir,'
            ' @@skip_name_resolve, @@character_set_server')
    assert found == ((128 * 1024 ** 2, 77,
                      machine.path('/var/lib/mysql/data') + '/', 1,
                      'utf8mb4'),)


def test_nobody_but_the_agent_and_the_tenant_comes_in(machine):
    machine.prepare()
    with machine.driver.engine._connector.open() as connection:
        found = connection.run(
            "SELECT user, host FROM mysql.user WHERE user <> 'mariadb.sys'")
    assert sorted(found) == [('ann', '%'), ('root', 'localhost')]
    for user in ('root', 'mysql', ''):
        with pytest.raises(pymysql.err.OperationalError):
            machine.query('SELECT 1', user=user, password='', database=None)


def test_no_secret_stays_on_the_disk_of_the_agent(machine):
    machine.prepare(root_password='topsecret99')
    folder = machine.path('/var/lib/trove-guestagent')
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    kept = {name: files.read(os.path.join(folder, name))
            for name in os.listdir(folder)}
    assert 'order.json' not in kept
    for name, text in kept.items():
        assert 'topsecret99' not in text, name
        assert '!x' not in text, name


def test_root_is_enabled_when_ordered(machine):
    machine.prepare(root_password='topsecret99')
    assert machine.query('SELECT 1', user='root', password='topsecret99',
                         database=None) == ((1,),)


def test_the_same_order_again_only_reports(machine):
    machine.prepare()
    pid, told = machine.engine_pid(), len(machine.link.documents)
    machine.prepare()
    assert machine.engine_pid() == pid
    waiting.until(lambda: len(machine.link.documents) > told, 10, 'a report')


def test_another_order_for_a_ready_server_is_refused(machine):
    machine.prepare()
    other = machine.order(operation_id='op-2')
    with pytest.raises(exception.Conflict, match='op-1'):
        machine.link.endpoint.prepare(other.to_dict())
    assert machine.link.last['operation_id'] == 'op-1'


def test_an_order_that_cannot_be_read_is_refused(machine):
    link = machine.start_agent()
    with pytest.raises(exception.BadRequest):
        link.endpoint.prepare({'operation_id': 'x'})


def test_without_a_volume_data_lies_on_the_servers_own_disk():
    machine = guest_machine.Machine(volume_gb=0)
    try:
        machine.prepare()
        assert disks.mounted_at(machine.path('/var/lib/mysql')) is None
        assert machine.query('SELECT 1') == ((1,),)
    finally:
        machine.close()


def test_hostile_names_become_databases_and_users(machine):
    database, user, password = 'a`b_%c\'"', 'x\'"`% y', 'p\'"\\ %s`'
    machine.prepare(
        databases=(order.DatabaseSpec(name=database),
                   order.DatabaseSpec(name='aXbYZc')),
        users=(order.UserSpec(name=user, password=password,
                              databases=(database,)),))
    shown = machine.query('SHOW DATABASES', user=user, password=password,
                          database=None)
    assert (database,) in shown
    assert ('aXbYZc',) not in shown


# --- bad luck

def failed(machine, **changes):
    link = machine.start_agent()
    link.endpoint.prepare(machine.order(**changes).to_dict())
    return link.wait(phase='failed')


def test_an_engine_that_refuses_to_start_says_why(machine):
    config = machine.order().config + 'no_such_option = an% e\u00e9!x\n'
    report = failed(machine, config=config)
    assert report['service_status'] == 'failed to spawn'
    assert 'no_such_option' in report['error']
    assert 'an% e\u00e9!x' not in report['error']
    assert not os.path.exists(
        machine.path('/var/lib/trove-guestagent/order.json'))


def test_an_engine_that_dies_after_initialising_says_why(machine):
    # Bootstrapping does not read this option's file; the server does.
    report = failed(machine, overrides={'ssl_cert': '/no/such.pem',
                                        'ssl_key': '/no/such.key'})
    assert report['error'].startswith('start: ')
    assert 'such.pem' in report['error'] or 'SSL' in report['error']
    assert machine.engine_pid() is None


def test_after_a_failure_another_order_may_come(machine):
    failed(machine, config='[mysqld]\nno_such_option=1\n')
    assert machine.prepare(operation_id='op-2')['phase'] == 'ready'


def test_a_missing_volume_is_named(machine):
    report = failed(machine, device_path='/dev/no-such', volume_serial='abc')
    assert 'abc' in report['error']
    assert report['error'].startswith('volume: ')


def test_a_volume_with_foreign_content_is_left_alone(machine):
    subprocess.run(['mkfs.ext4', '-q', machine.device], check=True)
    report = failed(machine)
    assert 'ext4' in report['error']
    assert disks.signature(machine.device)[0] == 'ext4'


def test_a_used_volume_keeps_its_data(machine):
    """As after a rebuild: a new root disk, the old volume."""
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    machine.lose_root_disk()
    machine.prepare(operation_id='op-2')
    assert machine.query('SELECT a FROM t') == ((5,),)
