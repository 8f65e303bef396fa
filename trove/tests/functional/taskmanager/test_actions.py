# SPDX-License-Identifier: Apache-2.0
"""Actions on an instance: what they do, and what a failure leaves."""

import pytest

from trove.cloud import ports
from trove.common import exception
from trove.objects import instance as objects
from trove.objects import quota
from trove.objects import status
from trove.objects.operation import State
from trove.operations import actions
from trove.operations import migrate_instance
from trove.operations import reboot_instance
from trove.operations import resize_flavor
from trove.operations import resize_volume
from trove.operations import restart_instance
from trove.operations import stop_engine
from trove.operations import update_access
from trove.taskmanager.steps import outcome
from trove.tests.fixtures import control_plane

CTX = control_plane.CTX
NARROW = objects.Access(is_public=True, allowed_cidrs=('10.0.0.0/8',))


@pytest.fixture
def made(plane):
    """The id of an instance that runs."""
    plane.guests.running = {}
    instance_id = plane.create()
    plane.work()
    return instance_id


def used(plane):
    """(in use, reserved) of memory and volumes."""
    with plane.db.reader() as tx:
        found = {one.resource: (one.in_use, one.reserved)
                 for one in tx.quotas.usages(
                     CTX.project_id, dict.fromkeys(quota.RESOURCES, -1))}
    return found['ram'], found['volumes']


def server(plane):
    [only] = plane.cloud.compute.servers.values()
    return only


def volume(plane):
    [only] = plane.cloud.volumes.volumes.values()
    return only


def restart(plane, instance_id):
    restart_instance.restart_instance(CTX, plane.deps, instance_id)


def grow(plane, instance_id):
    resize_volume.resize_volume(CTX, plane.deps, instance_id, 3)


def reshape(plane, instance_id):
    resize_flavor.resize_flavor(CTX, plane.deps, instance_id, '2')


def open_up(plane, instance_id):
    update_access.update_access(CTX, plane.deps, instance_id, NARROW)


def reboot(plane, instance_id):
    reboot_instance.reboot_instance(CTX, plane.deps, instance_id)


def move(plane, instance_id):
    migrate_instance.migrate_instance(CTX, plane.deps, instance_id)


ACTIONS = {'REBOOTING': restart, 'RESIZING': grow, 'RESIZING ': reshape,
           'UPDATING': open_up, 'REBOOTING ': reboot, 'MIGRATING': move}


def done(plane, instance_id, was='NONE'):
    """It ended well, and nothing waits any more."""
    plane.work()
    assert plane.operations(instance_id)[-1].state is State.DONE
    found = plane.instance(instance_id)
    assert (found.task, found.fault) == (status.Task(was), None)
    return found


def undone(plane, instance_id, words):
    """It ended as if it had not been, but for a fault."""
    plane.work()
    newest = plane.operations(instance_id)[-1]
    assert newest.state is State.UNDONE
    found = plane.instance(instance_id)
    assert found.task is status.Task.NONE
    assert words in found.fault.message
    assert found.status == 'ACTIVE'
    assert (found.volume_gb, found.flavor_id) == (1, '1')
    assert used(plane) == ((512, 0), (1, 0))
    return found


# --- what they do

@pytest.mark.parametrize('task', ACTIONS)
def test_an_action_shows_its_task_and_ends(plane, made, task):
    ACTIONS[task](plane, made)
    assert plane.instance(made).task.action == task.strip()
    done(plane, made)


def test_a_restart_starts_the_engine_anew(plane, made):
    restart(plane, made)
    done(plane, made)
    assert plane.guests.running[made]


def test_a_volume_grows_with_its_file_system_and_quota(plane, made):
    grow(plane, made)
    assert used(plane) == ((512, 0), (1, 2))
    assert done(plane, made).volume_gb == 3
    assert volume(plane).size_gb == plane.guests.sizes[made] == 3
    assert used(plane) == ((512, 0), (3, 0))


def test_a_flavor_changes_with_settings_and_quota(plane, made):
    reshape(plane, made)
    found = done(plane, made)
    assert (found.flavor_id, found.ram_mb) == ('2', 2048)
    assert (server(plane).flavor_id, server(plane).status) == ('2', 'ACTIVE')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 2048\n'
    assert plane.guests.running[made]
    assert used(plane) == ((2048, 0), (1, 0))


def test_a_smaller_flavor_gives_quota_back_only_when_it_is_there(
        plane, made):
    reshape(plane, made)
    done(plane, made)
    resize_flavor.resize_flavor(CTX, plane.deps, made, '1')
    assert used(plane)[0] == (2048, 0)
    done(plane, made)
    assert used(plane)[0] == (512, 0)


def test_everything_resized_is_given_back_at_the_end(plane, made):
    for action in (grow, reshape):
        action(plane, made)
        done(plane, made)
    plane.delete(made)
    plane.work()
    assert used(plane) == ((0, 0), (0, 0))
    assert plane.cloud.leftovers() == []


def test_access_changes_rules_and_public_address(plane, made):
    network = plane.cloud.network
    open_up(plane, made)
    found = done(plane, made)
    assert found.access == NARROW
    [(address, _)] = network.floating.items()
    assert [one.address for one in found.addresses
            if one.type == 'public'] == [address]
    [(_, rules)] = network.groups.values()
    assert {rule.cidr for rule in rules} == {'10.0.0.0/8'}

    update_access.update_access(CTX, plane.deps, made, objects.Access())
    found = done(plane, made)
    assert network.floating == {}
    assert [one.type for one in found.addresses] == ['private']
    [(_, rules)] = network.groups.values()
    assert {rule.cidr for rule in rules} == {'0.0.0.0/0'}
    assert {one.kind for one in plane.resources(made)}.isdisjoint(
        {'floating_ip'})


def test_an_engine_is_stopped_at_once(plane, made):
    stop_engine.stop_engine(CTX, plane.deps, made)
    assert plane.guests.stopped == [made]
    plane.guests.fails.add('stop_db')
    with pytest.raises(exception.GuestFailed):
        stop_engine.stop_engine(CTX, plane.deps, made)


@pytest.mark.parametrize('word', ['ACTIVE', 'SHUTOFF', 'ERROR'])
def test_a_reboot_heals_a_server_in_any_state(plane, made, word):
    plane.cloud.compute._set(server(plane).id, status=word)
    with plane.db.writer() as tx:
        tx.instances.record(made, server_status=word)
    reboot(plane, made)
    assert done(plane, made).status == 'ACTIVE'
    assert plane.guests.running[made]


@pytest.mark.parametrize('task', ['RESIZING', 'UPDATING'])
def test_what_restarts_nothing_leaves_a_restart_required(plane, made, task):
    with plane.db.writer() as tx:
        tx.instances.set_task(made, status.Task.RESTART_REQUIRED)
    ACTIONS[task](plane, made)
    done(plane, made, 'RESTART_REQUIRED')
    restart(plane, made)
    done(plane, made)


# --- what a failure leaves

@pytest.mark.parametrize('action, method, words', [
    (restart, 'restart', 'RestartEngine: restart: no luck'),
    (grow, 'resize_fs', 'GrowFileSystem'),
    (reshape, 'stop_db', 'HoldEngine'),
    (reboot, 'start_db', 'StartEngine'),
    (move, 'start_db', 'StartEngine')])
def test_a_guest_that_fails_is_told(plane, made, action, method, words):
    plane.guests.fails.add(method)
    action(plane, made)
    undone(plane, made, words)
    plane.guests.fails.clear()
    action(plane, made)
    done(plane, made)


@pytest.mark.parametrize('action, method', [
    (reshape, 'start_db_with_conf_changes'), (reboot, 'start_db'),
    (move, 'start_db')])
def test_a_guest_whose_server_still_boots_is_asked_again(
        plane, made, action, method):
    plane.guests.boots[method] = 2
    action(plane, made)
    done(plane, made)
    assert plane.guests.boots[method] == 0


def test_a_failed_start_on_the_new_flavor_puts_the_old_one_back(
        plane, made):
    plane.guests.fails_with = 'size = 2048'
    reshape(plane, made)
    undone(plane, made, 'StartResized: the engine refuses')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 512\n'
    assert plane.guests.running[made]
    assert (server(plane).flavor_id, server(plane).status) == ('1', 'ACTIVE')


@pytest.mark.parametrize('word', ['ERROR', 'ACTIVE'])
def test_a_server_that_is_not_resized_runs_on_as_it_was(plane, made, word):
    plane.cloud.compute.resized = word
    reshape(plane, made)
    undone(plane, made, 'No valid host was found')
    assert (server(plane).flavor_id, server(plane).status) == ('1', 'ACTIVE')
    assert plane.guests.running[made]


def test_a_cloud_that_does_not_tell_why_hides_nothing(plane, made):
    plane.cloud.compute.resized = 'ACTIVE'
    plane.cloud.faults.fail('compute.last_failure', 'down', 9)
    reshape(plane, made)
    undone(plane, made, 'no change was made to it: no reason was given')


def test_what_was_confirmed_can_still_be_put_back(plane, made, monkeypatch):
    def fail(*args):
        raise exception.InternalError('not now')

    monkeypatch.setattr(outcome.KeepFlavor, 'execute',
                        lambda self, instance_id, operation_id, flavor:
                        fail())
    reshape(plane, made)
    undone(plane, made, 'KeepFlavor: not now')
    assert (server(plane).flavor_id, server(plane).status) == ('1', 'ACTIVE')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 512\n'


def test_no_valid_host_is_a_fault_and_nobody_is_disturbed(plane, made):
    plane.cloud.compute.full = True
    move(plane, made)
    undone(plane, made, 'No valid host was found')
    assert plane.guests.stopped == []


@pytest.mark.parametrize('kind', ['refused', 'quota'])
def test_a_volume_that_may_not_grow_keeps_its_size(plane, made, kind):
    plane.cloud.faults.fail('volumes.extend', kind, times=None)
    grow(plane, made)
    undone(plane, made, 'ExtendVolume')
    assert (volume(plane).size_gb, volume(plane).status) == (1, 'in-use')


def test_a_volume_that_failed_to_grow_can_be_tried_again(plane, made):
    plane.cloud.volumes.extended = 'error_extending'
    grow(plane, made)
    undone(plane, made, 'error_extending')
    assert volume(plane).status == 'in-use'
    plane.cloud.volumes.extended = None
    grow(plane, made)
    assert done(plane, made).volume_gb == 3


def test_access_that_fails_is_as_it_was(plane, made):
    groups = dict(plane.cloud.network.groups)
    plane.cloud.faults.fail('network.create_floating', 'refused', times=None)
    open_up(plane, made)
    found = undone(plane, made, 'ChangeFloating')
    assert found.access == objects.Access()
    assert plane.cloud.network.groups == groups


def test_nothing_is_made_public_without_its_port(plane, made):
    [port] = plane.cloud.network.ports(made)
    plane.cloud.network.delete_port(port.id)
    open_up(plane, made)
    found = undone(plane, made, 'ChangeFloating')
    assert 'port' in found.fault.message
    assert found.access == objects.Access()


@pytest.mark.parametrize('method', [
    'compute.resize', 'compute.confirm_resize', 'volumes.extend',
    'network.create_security_group', 'compute.reboot', 'compute.migrate'])
def test_an_answer_that_is_lost_is_no_failure(plane, made, method):
    for action in ACTIONS.values():
        plane.cloud.faults.fail(method, 'lost')
        action(plane, made)
        done(plane, made)
        plane.cloud.faults.clear()
    assert volume(plane).size_gb == 3
    assert server(plane).flavor_id == '2'


def test_a_delete_ends_an_action_and_then_the_instance(plane, made):
    reshape(plane, made)
    plane.delete(made)
    plane.work()
    assert plane.instance(made).deleted
    assert plane.cloud.leftovers() == []
    assert used(plane) == ((0, 0), (0, 0))


# --- what is refused

@pytest.mark.parametrize('action', ACTIONS.values())
def test_of_two_actions_the_second_is_refused(plane, made, action):
    restart(plane, made)
    with pytest.raises(exception.InstanceBusy):
        action(plane, made)
    assert used(plane) == ((512, 0), (1, 0))


@pytest.mark.parametrize('action', [restart, grow, reshape, open_up, move])
@pytest.mark.parametrize('facts', [
    {'server_status': 'SHUTOFF'}, {'server_status': 'ERROR'}])
def test_a_server_that_does_not_run_refuses(plane, made, action, facts):
    with plane.db.writer() as tx:
        tx.instances.record(made, **facts)
    with pytest.raises(actions.CannotAct, match='its server is'):
        action(plane, made)


@pytest.mark.parametrize('action', [restart, grow, reshape, open_up, move])
def test_an_engine_of_which_nothing_is_known_refuses(plane, made, action):
    plane.guests.report(made, 'ready', status.Service.UNKNOWN)
    with pytest.raises(actions.CannotAct, match='its engine'):
        action(plane, made)


def test_quota_is_held_and_a_refusal_leaves_the_instance_free(plane, made):
    with plane.db.writer() as tx:
        tx.quotas.set_limit(CTX.project_id, 'volumes', 2)
        tx.quotas.set_limit(CTX.project_id, 'ram', 1024)
    for action in (grow, reshape):
        with pytest.raises(exception.QuotaExceeded):
            action(plane, made)
    assert plane.instance(made).task is status.Task.NONE
    assert used(plane) == ((512, 0), (1, 0))


def test_replicas_grow_along_or_none_does(plane, made):
    replica = plane.create(name='copy')
    plane.work()
    with plane.db.writer() as tx:
        tx.instances.record(replica, replica_of=made)
        tx.instances.set_task(replica, status.Task.LOGGING)
    with pytest.raises(exception.InstanceBusy):
        grow(plane, made)
    assert plane.instance(made).task is status.Task.NONE
    with plane.db.writer() as tx:
        tx.instances.set_task(replica, status.Task.NONE)
    grow(plane, made)
    plane.work()
    assert [plane.instance(one).volume_gb for one in (made, replica)] == [
        3, 3]
    assert used(plane)[1] == (6, 0)


def test_the_cloud_says_why_in_its_own_words(plane, made):
    plane.cloud.faults.fail(
        'compute.resize', ports.CloudRefused(
            service='Nova', reason='the image is gone'), times=None)
    reshape(plane, made)
    undone(plane, made, 'Nova: the image is gone')
