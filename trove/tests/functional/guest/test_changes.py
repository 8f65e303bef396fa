# SPDX-License-Identifier: Apache-2.0
"""A server whose volume or memory changes, and its engine on it."""

import os
import subprocess
import threading

import pytest

from trove.common import exception
from trove.datastores.mariadb import plugin
from trove.guestkit import disks
from trove.tests.fixtures import guest_machine


def enlarge(machine, volume_gb):
    """As the cloud does it, under the running engine."""
    os.truncate(machine.image, volume_gb * 1024 ** 3)
    subprocess.run(['losetup', '-c', machine.device], check=True)


def buffer_pool(machine):
    [(size,)] = machine.query('SELECT @@innodb_buffer_pool_size')
    return size


def config(machine, ram_mb):
    return plugin.MariaDB(machine.conf).render(
        {'ram_mb': ram_mb, 'vcpus': 1}, guest_machine.INSTANCE, '10.11')


def test_a_file_system_grows_while_rows_are_written(machine):
    machine.prepare()
    machine.query('CREATE TABLE grown (a INT)')
    before = machine.link.endpoint.get_filesystem_stats()['total']
    over, written = threading.Event(), []

    def write():
        with machine.connect() as connection, connection.cursor() as cursor:
            while not over.is_set():
                cursor.execute('INSERT INTO grown VALUES (1)')
                written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        # The order may be there before the kernel has heard of the size.
        late = threading.Timer(0.3, enlarge, (machine, 2))
        late.start()
        machine.link.endpoint.resize_fs(2)
        machine.link.endpoint.resize_fs(2)      # again: no harm
    finally:
        over.set()
        writer.join()
        late.join()
    after = machine.link.endpoint.get_filesystem_stats()['total']
    assert (before, after) == (pytest.approx(0.94, abs=0.1),
                               pytest.approx(1.94, abs=0.1))
    assert machine.query('SELECT COUNT(*) FROM grown') == (
        (len(written),),)


def test_a_volume_that_did_not_grow_is_told(machine):
    machine.prepare()
    with pytest.raises(exception.WaitTimeout, match='device'):
        machine.link.endpoint.resize_fs(5)
    assert machine.query('SELECT 1') == ((1,),)


def test_settings_for_another_size_come_with_the_start(machine):
    machine.prepare()
    small = buffer_pool(machine)
    machine.link.endpoint.stop_db()
    machine.link.endpoint.start_db_with_conf_changes(config(machine, 2048))
    assert buffer_pool(machine) > small
    machine.link.wait(service_status='healthy')
    # A running engine is given settings as well.
    machine.link.endpoint.start_db_with_conf_changes(config(machine, 512))
    assert buffer_pool(machine) == small


def test_settings_that_do_not_start_are_told_and_can_be_replaced(machine):
    machine.prepare()
    with pytest.raises(exception.GuestFailed, match='no_such_option'):
        machine.link.endpoint.start_db_with_conf_changes(
            '[mysqld]\nno_such_option = 1\n')
    machine.link.endpoint.start_db_with_conf_changes(config(machine, 512))
    assert machine.query('SELECT 1') == ((1,),)


def test_an_order_to_start_may_come_before_the_agent_has_mounted(machine):
    machine.prepare()
    machine.link.endpoint.stop_db()
    machine.stop_agent()
    machine.unmount()
    link = machine.start_agent()
    link.endpoint.start_db_with_conf_changes(config(machine, 512))
    assert disks.mounted_at(machine.path('/var/lib/mysql'))
    assert machine.query('SELECT 1') == ((1,),)


def test_what_is_not_prepared_cannot_change(machine):
    machine.start_agent()
    for call in (lambda: machine.link.endpoint.resize_fs(2),
                 lambda: machine.link.endpoint.start_db()):
        with pytest.raises(exception.Unprocessable, match='not prepared'):
            call()
