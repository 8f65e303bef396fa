# SPDX-License-Identifier: Apache-2.0
"""Actions on an instance: what they do."""

import pytest

from trove.common import exception
from trove.objects import instance as objects
from trove.objects import status
from trove.operations import resize_flavor
from trove.operations import stop_engine
from trove.operations import update_access
from trove.tests.functional.taskmanager import acting


@pytest.mark.parametrize('task', acting.ACTIONS)
def test_an_action_shows_its_task_and_ends(plane, made, task):
    acting.ACTIONS[task](plane, made)
    assert plane.instance(made).task.action == task.strip()
    acting.done(plane, made)


def test_a_restart_starts_the_engine_anew(plane, made):
    acting.restart(plane, made)
    acting.done(plane, made)
    assert plane.guests.running[made]


def test_a_volume_grows_with_its_file_system_and_quota(plane, made):
    acting.grow(plane, made)
    assert acting.used(plane) == ((512, 0), (1, 2))
    assert acting.done(plane, made).volume_gb == 3
    assert acting.volume(plane).size_gb == plane.guests.sizes[made] == 3
    assert acting.used(plane) == ((512, 0), (3, 0))


def test_a_flavor_changes_with_settings_and_quota(plane, made):
    acting.reshape(plane, made)
    found = acting.done(plane, made)
    assert (found.flavor_id, found.ram_mb) == ('2', 2048)
    assert acting.shape(plane) == ('2', 'ACTIVE')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 2048\n'
    assert plane.guests.running[made]
    assert acting.used(plane) == ((2048, 0), (1, 0))


def test_a_smaller_flavor_gives_quota_back_only_when_it_is_there(
        plane, made):
    acting.reshape(plane, made)
    acting.done(plane, made)
    resize_flavor.resize_flavor(acting.CTX, plane.deps, made, '1')
    assert acting.used(plane)[0] == (2048, 0)
    acting.done(plane, made)
    assert acting.used(plane)[0] == (512, 0)


def test_everything_resized_is_given_back_at_the_end(plane, made):
    for action in (acting.grow, acting.reshape):
        action(plane, made)
        acting.done(plane, made)
    plane.delete(made)
    plane.work()
    assert acting.used(plane) == ((0, 0), (0, 0))
    assert plane.cloud.leftovers() == []


def test_access_changes_rules_and_public_address(plane, made):
    network = plane.cloud.network
    acting.open_up(plane, made)
    found = acting.done(plane, made)
    assert found.access == acting.NARROW
    [(address, _)] = network.floating.items()
    assert [one.address for one in found.addresses
            if one.type == 'public'] == [address]
    [(_, rules)] = network.groups.values()
    assert {rule.cidr for rule in rules} == {'10.0.0.0/8'}

    update_access.update_access(acting.CTX, plane.deps, made, objects.Access())
    found = acting.done(plane, made)
    assert network.floating == {}
    assert [one.type for one in found.addresses] == ['private']
    [(_, rules)] = network.groups.values()
    assert {rule.cidr for rule in rules} == {'0.0.0.0/0'}
    assert {one.kind for one in plane.resources(made)}.isdisjoint(
        {'floating_ip'})


def test_an_engine_is_stopped_at_once(plane, made):
    stop_engine.stop_engine(acting.CTX, plane.deps, made)
    assert plane.guests.stopped == [made]
    plane.guests.fails.add('stop_db')
    with pytest.raises(exception.GuestFailed):
        stop_engine.stop_engine(acting.CTX, plane.deps, made)


@pytest.mark.parametrize('word', ['ACTIVE', 'SHUTOFF', 'ERROR'])
def test_a_reboot_heals_a_server_in_any_state(plane, made, word):
    plane.cloud.compute._set(acting.server(plane).id, status=word)
    with plane.db.writer() as tx:
        tx.instances.record(made, server_status=word)
    acting.reboot(plane, made)
    assert acting.done(plane, made).status == 'ACTIVE'
    assert plane.guests.running[made]


@pytest.mark.parametrize('task', ['RESIZING', 'UPDATING'])
def test_what_restarts_nothing_leaves_a_restart_required(plane, made, task):
    with plane.db.writer() as tx:
        tx.instances.set_task(made, status.Task.RESTART_REQUIRED)
    acting.ACTIONS[task](plane, made)
    acting.done(plane, made, 'RESTART_REQUIRED')
    acting.restart(plane, made)
    acting.done(plane, made)
