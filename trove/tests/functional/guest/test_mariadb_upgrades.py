# SPDX-License-Identifier: Apache-2.0
"""Data taken over in place, on a real MariaDB and a volume of XFS."""

import glob
import os

import pytest

from trove.datastores.sqlfamily.guest import upgrades


@pytest.fixture
def upgrading(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 1 AS a')
    return machine.driver.upgrades


def rows(machine):
    return machine.query('SELECT a FROM t')


def kept(machine):
    return os.path.join(machine.mount_point, 'data.kept.10.11')


def test_a_version_that_is_newer_or_the_same_may_come(upgrading):
    upgrading.check('10.11')
    upgrading.check('11.8')


def test_an_older_version_is_barred(upgrading):
    with pytest.raises(upgrades.Barred, match='newer'):
        upgrading.check('10.6')


def test_an_upgrade_without_room_is_not_begun(machine, upgrading):
    facts = os.statvfs(machine.mount_point)
    path = os.path.join(machine.mount_point, 'ballast')
    with open(path, 'wb') as stream:
        os.posix_fallocate(stream.fileno(), 0, facts.f_bavail * facts.f_frsize
                           - 100 * 1024 ** 2)
    with pytest.raises(upgrades.NoRoom, match='needs 128 MB'):
        upgrading.check('11.8')


def test_a_prepared_transaction_bars_the_way(machine, upgrading):
    with machine.connect() as connection, connection.cursor() as cursor:
        cursor.execute("XA START 'x'")
        cursor.execute('INSERT INTO t VALUES (2)')
        cursor.execute("XA END 'x'")
        cursor.execute("XA PREPARE 'x'")
        with pytest.raises(upgrades.Barred, match='XA RECOVER'):
            upgrading.check('11.8')
        cursor.execute("XA ROLLBACK 'x'")
    upgrading.check('11.8')


def test_a_broken_table_is_named(machine, upgrading):
    machine.query('CREATE TABLE m (a INT) ENGINE=MyISAM')
    machine.query('INSERT INTO m VALUES (1)')
    machine.driver.engine.stop()
    [path] = glob.glob(os.path.join(machine.mount_point, 'data/shop/m.MYI'))
    with open(path, 'r+b') as stream:
        stream.truncate(100)
    machine.driver.engine.start()
    with pytest.raises(upgrades.Barred, match=r'shop\.m'):
        upgrading.check('11.8')


def test_data_arrives_and_the_way_back_is_given_up(machine, upgrading):
    upgrading.leave('10.11')
    upgrading.leave('10.11')
    assert machine.engine_pid() is None
    assert os.path.isdir(kept(machine))
    upgrading.arrive('10.11')
    upgrading.arrive('10.11')
    assert machine.engine_pid() is None
    machine.driver.engine.start()
    assert rows(machine) == ((1,),)
    upgrading.settle()
    upgrading.settle()
    assert sorted(os.listdir(machine.mount_point)) == [
        'data', 'reserve', 'scratch']


def test_what_was_left_comes_back(machine, upgrading):
    upgrading.leave('10.11')
    machine.driver.engine.start()
    machine.query('INSERT INTO t VALUES (2)')
    machine.driver.engine.stop()
    upgrading.undo()
    upgrading.undo()
    machine.driver.engine.start()
    assert rows(machine) == ((1,),)
    assert sorted(os.listdir(machine.mount_point)) == [
        'data', 'reserve', 'scratch']


def test_a_way_back_that_was_interrupted_is_gone_to_its_end(machine,
                                                            upgrading):
    upgrading.leave('10.11')
    os.rename(os.path.join(machine.mount_point, 'data'),
              os.path.join(machine.mount_point, 'data.dropped.0'))
    upgrading.undo()
    machine.driver.engine.start()
    assert rows(machine) == ((1,),)
    assert sorted(os.listdir(machine.mount_point)) == [
        'data', 'reserve', 'scratch']


def test_a_copy_that_was_interrupted_is_made_anew(machine, upgrading):
    half = os.path.join(machine.mount_point, 'data.kept.new')
    os.mkdir(half)
    upgrading.leave('10.11')
    assert not os.path.exists(half)
    upgrading.undo()
    machine.driver.engine.start()
    assert rows(machine) == ((1,),)


def test_what_an_earlier_upgrade_has_left_is_no_way_back(machine, upgrading):
    os.mkdir(os.path.join(machine.mount_point, 'data.kept.10.6'))
    machine.driver.engine.stop()
    upgrading.undo()                    # of one that was never begun
    machine.driver.engine.start()
    machine.query('INSERT INTO t VALUES (2)')
    upgrading.leave('11.8')
    assert sorted(os.listdir(machine.mount_point)) == [
        'data', 'data.kept.10.11', 'reserve', 'scratch']
    upgrading.undo()
    machine.driver.engine.start()
    assert rows(machine) == ((1,), (2,))


def test_a_copy_is_of_the_data_as_it_is_left(machine, upgrading):
    upgrading.leave('11.8')
    machine.driver.engine.start()       # the upgrade came to nothing
    machine.query('INSERT INTO t VALUES (2)')
    upgrading.leave('11.8')
    upgrading.undo()
    machine.driver.engine.start()
    assert rows(machine) == ((1,), (2,))
