# SPDX-License-Identifier: Apache-2.0
"""What an upgrade asks of a running PostgreSQL, and the way back.

The version that takes over is in an image of its own, where it is tried.
"""

import os

import pytest

from trove.common import exception
from trove.datastores.postgresql.guest import bars
from trove.datastores.postgresql.guest import upgrades
from trove.tests.fixtures import guest_machine


@pytest.mark.parametrize('make, unmake, word', [
    ('CREATE TABLE bad (r regproc)', 'DROP TABLE bad', 'regproc'),
    ('CREATE TABLE bad (r aclitem)', 'DROP TABLE bad', 'aclitem'),
    ("BEGIN; CREATE TABLE bad (r int); PREPARE TRANSACTION 'open'",
     "ROLLBACK PREPARED 'open'", 'open')])
def test_what_does_not_go_along_bars_the_way(postgresql, make, unmake, word):
    if word == 'open':
        postgresql.link.endpoint.update_overrides(
            {'max_prepared_transactions': 3})
        postgresql.link.endpoint.restart()
    postgresql.query(make)
    try:
        with pytest.raises(bars.Barred, match=word):
            postgresql.driver.upgrades.check('17')
    finally:
        postgresql.query(unmake)
    postgresql.driver.upgrades.check('17')


@pytest.mark.parametrize('name, more, word', [
    ('closed', 'ALLOW_CONNECTIONS false', 'closed'),
    ('U&"two\\000Alines"', '', 'line break')])
def test_a_database_that_is_not_looked_into_bars_the_way(postgresql, name,
                                                         more, word):
    with postgresql.driver.engine._connector.open() as engine:
        engine.run('CREATE DATABASE %s %s' % (name, more))
        try:
            with pytest.raises(bars.Barred, match=word):
                postgresql.driver.upgrades.check('17')
        finally:
            engine.run('DROP DATABASE %s' % name)


@pytest.mark.parametrize('version', ['15', '14', '9.6', 'new'])
def test_only_newer_versions_take_over(postgresql, version):
    with pytest.raises(exception.Unprocessable):
        postgresql.driver.upgrades.check(version)


@pytest.fixture
def machine():
    made = guest_machine.Machine(manager='postgresql')
    yield made
    made.close()


def test_the_same_version_keeps_its_data(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    found = machine.driver.upgrades
    found.leave('15')
    found.arrive('15')
    found.undo()
    machine.driver.engine.start()
    assert machine.query('SELECT a FROM t') == ((5,),)
    found.settle()
    assert machine.query('SELECT a FROM t') == ((5,),)


def test_data_that_nothing_here_can_read_is_left_alone(machine):
    machine.prepare()
    found = machine.driver.upgrades
    found.leave('15')
    mark = os.path.join(machine.mount_point, 'data', 'PG_VERSION')
    with open(mark, 'w') as stream:
        stream.write('12\n')
    with pytest.raises(upgrades.NoWay, match='12'):
        found.arrive('15')
    with open(mark) as stream:
        assert stream.read() == '12\n'


def test_a_change_of_names_that_was_cut_off_is_ended_or_undone(machine):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    found, here = machine.driver.upgrades, machine.mount_point
    data, before = (os.path.join(here, name)
                    for name in ('data', 'data.before'))
    found.leave('15')
    os.rename(data, before)                 # killed between the two names
    os.mkdir(os.path.join(here, 'data.upgrade.x'))
    found.arrive('15')
    assert not os.path.exists(before)
    os.rename(data, before)
    os.mkdir(data)                          # the new one, to be given up
    found.undo()
    found.undo()
    assert sorted(os.listdir(here)) == ['data', 'reserve']
    machine.driver.engine.start()
    assert machine.query('SELECT a FROM t') == ((5,),)


@pytest.mark.parametrize('half', [False, True])
def test_what_an_earlier_upgrade_has_left_is_no_way_back(machine, half):
    machine.prepare()
    machine.query('CREATE TABLE t AS SELECT 5 AS a')
    found, here = machine.driver.upgrades, machine.mount_point
    before = os.path.join(here, 'data.before')
    os.mkdir(before)                        # nobody has given it up
    if not half:
        with open(os.path.join(before, 'PG_VERSION'), 'w') as stream:
            stream.write('14\n')
    machine.driver.engine.stop()
    found.undo()                            # one that was never begun
    machine.driver.engine.start()
    assert machine.query('SELECT a FROM t') == ((5,),)
    found.leave('17')
    assert sorted(os.listdir(here)) == ['data', 'reserve']
