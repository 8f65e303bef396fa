# SPDX-License-Identifier: Apache-2.0
"""Actions on an instance: what a failure leaves."""

import pytest

from trove.cloud import ports
from trove.common import exception
from trove.objects import instance as objects
from trove.taskmanager.steps import outcome
from trove.tests.functional.taskmanager import acting


@pytest.mark.parametrize('action, method, words', [
    (acting.restart, 'restart', 'RestartEngine: restart: no luck'),
    (acting.grow, 'resize_fs', 'GrowFileSystem'),
    (acting.reshape, 'stop_db', 'HoldEngine'),
    (acting.reboot, 'start_db', 'StartEngine'),
    (acting.move, 'start_db', 'StartEngine')])
def test_a_guest_that_fails_is_told(plane, made, action, method, words):
    plane.guests.fails.add(method)
    action(plane, made)
    acting.undone(plane, made, words)
    plane.guests.fails.clear()
    action(plane, made)
    acting.done(plane, made)


@pytest.mark.parametrize('action, method', [
    (acting.reshape, 'start_db_with_conf_changes'),
    (acting.reboot, 'start_db'), (acting.move, 'start_db')])
def test_a_guest_whose_server_still_boots_is_asked_again(
        plane, made, action, method):
    plane.guests.boots[method] = 2
    action(plane, made)
    acting.done(plane, made)
    assert plane.guests.boots[method] == 0


def test_a_failed_start_on_the_new_flavor_puts_the_old_one_back(
        plane, made):
    plane.guests.fails_with = 'size = 2048'
    acting.reshape(plane, made)
    acting.undone(plane, made, 'StartResized: the engine refuses')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 512\n'
    assert plane.guests.running[made]
    assert acting.shape(plane) == ('1', 'ACTIVE')


@pytest.mark.parametrize('word', ['ERROR', 'ACTIVE'])
def test_a_server_that_is_not_resized_runs_on_as_it_was(plane, made, word):
    plane.cloud.compute.resized = word
    acting.reshape(plane, made)
    acting.undone(plane, made, 'No valid host was found')
    assert acting.shape(plane) == ('1', 'ACTIVE')
    assert plane.guests.running[made]


def test_a_cloud_that_does_not_tell_why_hides_nothing(plane, made):
    plane.cloud.compute.resized = 'ACTIVE'
    plane.cloud.faults.fail('compute.last_failure', 'down', 9)
    acting.reshape(plane, made)
    acting.undone(plane, made, 'no change was made to it: no reason was given')


def test_what_was_confirmed_can_still_be_put_back(plane, made, monkeypatch):
    def fail(*args):
        raise exception.InternalError('not now')

    monkeypatch.setattr(outcome.KeepFlavor, 'execute',
                        lambda self, instance_id, operation_id, flavor:
                        fail())
    acting.reshape(plane, made)
    acting.undone(plane, made, 'KeepFlavor: not now')
    assert acting.shape(plane) == ('1', 'ACTIVE')
    assert plane.guests.configs[made] == '[mysqld]\nsize = 512\n'


def test_no_valid_host_is_a_fault_and_nobody_is_disturbed(plane, made):
    plane.cloud.compute.full = True
    acting.move(plane, made)
    acting.undone(plane, made, 'No valid host was found')
    assert plane.guests.stopped == []


@pytest.mark.parametrize('kind', ['refused', 'quota'])
def test_a_volume_that_may_not_grow_keeps_its_size(plane, made, kind):
    plane.cloud.faults.fail('volumes.extend', kind, times=None)
    acting.grow(plane, made)
    acting.undone(plane, made, 'ExtendVolume')
    volume = acting.volume(plane)
    assert (volume.size_gb, volume.status) == (1, 'in-use')


def test_a_volume_that_failed_to_grow_can_be_tried_again(plane, made):
    plane.cloud.volumes.extended = 'error_extending'
    acting.grow(plane, made)
    acting.undone(plane, made, 'error_extending')
    assert acting.volume(plane).status == 'in-use'
    plane.cloud.volumes.extended = None
    acting.grow(plane, made)
    assert acting.done(plane, made).volume_gb == 3


def test_access_that_fails_is_as_it_was(plane, made):
    groups = dict(plane.cloud.network.groups)
    plane.cloud.faults.fail('network.create_floating', 'refused', times=None)
    acting.open_up(plane, made)
    found = acting.undone(plane, made, 'ChangeFloating')
    assert found.access == objects.Access()
    assert plane.cloud.network.groups == groups


def test_nothing_is_made_public_without_its_port(plane, made):
    [port] = plane.cloud.network.ports(made)
    plane.cloud.network.delete_port(port.id)
    acting.open_up(plane, made)
    found = acting.undone(plane, made, 'ChangeFloating')
    assert 'port' in found.fault.message
    assert found.access == objects.Access()


@pytest.mark.parametrize('method', [
    'compute.resize', 'compute.confirm_resize', 'volumes.extend',
    'network.create_security_group', 'compute.reboot', 'compute.migrate'])
def test_an_answer_that_is_lost_is_no_failure(plane, made, method):
    for action in acting.ACTIONS.values():
        plane.cloud.faults.fail(method, 'lost')
        action(plane, made)
        acting.done(plane, made)
        plane.cloud.faults.clear()
    assert acting.volume(plane).size_gb == 3
    assert acting.server(plane).flavor_id == '2'


def test_a_delete_ends_an_action_and_then_the_instance(plane, made):
    acting.reshape(plane, made)
    plane.delete(made)
    plane.work()
    assert plane.instance(made).deleted
    assert plane.cloud.leftovers() == []
    assert acting.used(plane) == ((0, 0), (0, 0))


def test_the_cloud_says_why_in_its_own_words(plane, made):
    plane.cloud.faults.fail(
        'compute.resize', ports.CloudRefused(
            service='Nova', reason='the image is gone'), times=None)
    acting.reshape(plane, made)
    acting.undone(plane, made, 'Nova: the image is gone')
