# SPDX-License-Identifier: Apache-2.0
"""Servers made anew: the data stays, failures lead back to what was."""

import pytest

from trove.common import exception
from trove.objects import datastore
from trove.objects.operation import State
from trove.operations import configurations
from trove.operations import datastores
from trove.operations import rebuild_instance
from trove.operations import rebuilding
from trove.operations import upgrade_instance
from trove.tests.fixtures import control_plane
from trove.tests.fixtures import groups
from trove.tests.fixtures import situations

CTX = control_plane.CTX


@pytest.fixture
def made(plane):
    """An instance that runs, and a newer version of its datastore."""
    return situations._with_newer(plane)


def upgrade(plane, instance_id, version='11.8'):
    upgrade_instance.upgrade_instance(CTX, plane.deps, instance_id, version)


def rebuild(plane, instance_id, image_id='image-2'):
    rebuild_instance.rebuild_instance(CTX, plane.deps, instance_id, image_id)


def server(plane):
    [only] = plane.cloud.compute.servers.values()
    return only


def volume_ids(plane):
    return set(plane.cloud.volumes.volumes)


def key_id(plane, instance_id):
    with plane.db.reader() as tx:
        return tx.guests.link(instance_id).key_id


def last(plane, instance_id):
    return plane.operations(instance_id)[-1]


def test_an_upgrade_keeps_everything_but_the_image(plane, made):
    before = server(plane), volume_ids(plane), key_id(plane, made)
    upgrade(plane, made)
    assert plane.instance(made).status == 'UPGRADE'
    assert plane.instance(made).version_name == '10.11'
    plane.work()
    found = plane.instance(made)
    assert (found.status, found.version_name, found.fault) == (
        'ACTIVE', '11.8', None)
    assert server(plane).id == before[0].id
    assert server(plane).image_id == 'image-2'
    assert volume_ids(plane) == before[1]
    assert key_id(plane, made) != before[2]
    assert not plane.guests.copies
    adopted = plane.guests.orders[-1]
    assert adopted.adopt == {'from': '10.11', 'undo': False}
    assert (adopted.version, adopted.users) == ('11.8', ())
    assert len(plane.broker.users[made]) == 1


@pytest.mark.parametrize('lost', [1, 3])
def test_the_copy_goes_though_answers_are_lost(plane, made, lost):
    plane.guests.boots['upgrade_settle'] = lost
    upgrade(plane, made)
    plane.work()
    assert plane.instance(made).status == 'ACTIVE'
    assert not plane.guests.copies


def test_a_guest_that_cannot_settle_is_left_alone(plane, made):
    plane.guests.fails.add('upgrade_settle')
    upgrade(plane, made)
    plane.work()
    found = plane.instance(made)
    assert (found.status, found.version_name) == ('ACTIVE', '11.8')


def with_group(plane, instance_id, *offered):
    """It has a group; the newer version has these parameters only."""
    groups.attach_values(plane, instance_id)
    plane.work()
    newer = datastores.version(
        datastores.find(plane.deps, 'mariadb', True), '11.8')
    with plane.db.writer() as tx:
        tx.datastores.put_parameters(newer.id, [
            datastore.Parameter(name=name, version_id=newer.id,
                                type='integer', restart_required=False,
                                maximum='100')
            for name in offered])
    return plane.instance(instance_id).configuration_id


def test_a_group_comes_along_where_its_values_are_good(plane, made):
    group_id = with_group(plane, made, *groups.VALUES)
    upgrade(plane, made)
    plane.work()
    found = plane.instance(made)
    assert (found.status, found.version_name) == ('ACTIVE', '11.8')
    assert found.configuration_id == group_id
    assert plane.guests.orders[-1].overrides == groups.VALUES


def test_one_whose_values_are_not_bars_the_way(plane, made):
    with_group(plane, made, 'size')
    with pytest.raises(upgrade_instance.NotUpgradable, match='later'):
        upgrade(plane, made)
    assert plane.instance(made).version_name == '10.11'


def test_a_group_waits_for_the_upgrade_of_its_users(plane, made):
    group_id = with_group(plane, made, *groups.VALUES)
    upgrade(plane, made)
    with pytest.raises(configurations.UserUpgrading):
        configurations.edit(CTX, plane.deps, group_id, {'size': 7})
    plane.work()
    # What is new has to fit the group's own version and that of its users.
    with pytest.raises(exception.Unprocessable, match='at most 100'):
        configurations.edit(CTX, plane.deps, group_id, {'size': 101})
    with plane.db.reader() as tx:
        assert tx.configurations.get(group_id).values == groups.VALUES


def test_what_the_guest_bars_is_told_before_anything_is_done(plane, made):
    plane.guests.barred = 'table shop.t has a column of Klingon make'
    with pytest.raises(exception.Unprocessable, match='Klingon'):
        upgrade(plane, made)
    assert plane.instance(made).status == 'ACTIVE'
    assert len(plane.operations(made)) == 1


@pytest.mark.parametrize('version, reason', [
    ('10.6', 'newer'), ('11.9', 'not active'), ('8.0', 'manager')])
def test_a_version_that_does_not_go_is_refused(plane, made, version, reason):
    with plane.db.writer() as tx:
        tx.datastores.put_version(
            'mariadb', version, 'other' if version == '8.0' else 'mariadb',
            active=version != '11.9', image_id='image-1')
    with pytest.raises(upgrade_instance.NotUpgradable, match=reason):
        upgrade(plane, made, version)


def test_an_unknown_version_is_not_found(plane, made):
    with pytest.raises(exception.NotFound):
        upgrade(plane, made, '99')


@pytest.mark.parametrize('trouble', ['guest', 'nova', 'leave'])
def test_a_failed_upgrade_brings_the_old_version_back(plane, made, trouble):
    if trouble == 'guest':
        plane.guests.refuses = 'the tables are of Klingon make'
    elif trouble == 'nova':
        plane.cloud.faults.fail('compute.rebuild', 'refused', times=1)
    else:
        plane.guests.fails.add('upgrade_leave')
    upgrade(plane, made)
    plane.work()
    found = plane.instance(made)
    assert (found.status, found.version_name) == ('ACTIVE', '10.11')
    assert found.fault
    assert last(plane, made).state is State.UNDONE
    assert server(plane).image_id == 'image-1'
    assert plane.guests.running[made] and not plane.guests.copies
    if trouble == 'guest':
        back = plane.guests.orders[-1]
        assert back.adopt == {'from': None, 'undo': True}
        assert back.version == '10.11'


def test_a_rebuild_heals_a_silent_guest(plane, made):
    plane.guests.fails.add('stop_db')
    rebuild(plane, made)
    assert plane.instance(made).status == 'BUILD'
    plane.work()
    found = plane.instance(made)
    assert (found.status, found.version_name) == ('ACTIVE', '10.11')
    assert server(plane).image_id == 'image-2'
    assert plane.guests.orders[-1].adopt == {'from': None, 'undo': False}


def test_the_same_image_makes_a_server_anew_too(plane, made):
    before = key_id(plane, made)
    upgrade(plane, made, '10.11')
    plane.work()
    assert key_id(plane, made) != before
    assert plane.instance(made).status == 'ACTIVE'


def test_an_unknown_image_is_refused(plane, made):
    with pytest.raises(rebuild_instance.ImageUnknown):
        rebuild(plane, made, 'image-9')


def test_data_on_the_server_s_own_disk_is_not_put_at_risk(plane, made):
    with plane.db.writer() as tx:
        tx.instances.record(made, volume_id=None, volume_gb=None)
    for ask in (upgrade, rebuild):
        with pytest.raises(rebuilding.DataWouldDie):
            ask(plane, made)
