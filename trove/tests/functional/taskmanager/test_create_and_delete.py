# SPDX-License-Identifier: Apache-2.0
"""Instances come and go; what fails gives everything back."""

import pytest

from trove.objects.operation import State
from trove.objects.status import Task
from trove.operations import networks


def states(plane, instance_id):
    return [found.state for found in plane.operations(instance_id)]


def test_an_instance_is_built(plane):
    instance_id = plane.create()
    plane.work()

    instance = plane.instance(instance_id)
    assert (instance.task, instance.status) == (Task.NONE, 'ACTIVE')
    assert [one.network_id for one in instance.addresses] == ['net-shared']
    assert instance.server_id in plane.cloud.compute.servers
    assert plane.cloud.volumes.volumes[
        instance.volume_id].status == 'in-use'
    assert states(plane, instance_id) == [State.DONE]
    assert plane.usages() == (1, 0)
    assert {kind for kind, _ in plane.cloud.leftovers()} == {
        'port', 'security_group', 'server', 'volume'}


def test_the_guest_is_told_what_to_become(plane):
    instance_id = plane.create()
    plane.work()

    [order] = plane.guests.orders
    assert order.instance_id == instance_id
    assert order.config == '[mysqld]\nsize = 512\n'
    assert order.volume_serial == plane.instance(instance_id).volume_id[:20]
    assert [user.password for user in order.users] == ['s3cret']


def test_the_config_drive_names_the_broker_user_and_the_key(plane):
    instance_id = plane.create()
    plane.work()

    [order] = plane.cloud.compute.orders.values()
    assert order.user_data.startswith('#cloud-config\n')
    for path in ('guest_info.conf', 'trove-guestagent.conf', 'link.key'):
        assert '/etc/trove/conf.d/' + path in order.user_data
    assert instance_id in plane.broker.users


def test_the_port_has_the_address_and_the_rules_that_were_asked_for(plane):
    plane.create(nics=(networks.Nic(network_id='net-shared',
                                    subnet_id='subnet-shared',
                                    ip_address='10.1.0.77'),))
    plane.work()

    [port] = plane.cloud.network.all_ports.values()
    assert port.addresses == ('10.1.0.77',)
    [(_, rules)] = plane.cloud.network.groups.values()
    assert [(rule.port_min, rule.cidr) for rule in rules] == [
        (3306, '0.0.0.0/0')]


def test_the_management_port_comes_last_and_is_not_shown(plane):
    plane.conf.set_override('management_networks', ['net-mgmt'])
    instance_id = plane.create()
    plane.work()

    [order] = plane.cloud.compute.orders.values()
    assert [plane.cloud.network.all_ports[port_id].network_id
            for port_id in order.port_ids] == ['net-shared', 'net-mgmt']
    assert [one.network_id for one
            in plane.instance(instance_id).addresses] == ['net-shared']


def test_without_network_there_is_a_sentence(plane):
    instance_id = plane.create(nics=())
    plane.conf.clear_override('default_network_id', 'network')
    plane.work()

    fault = plane.instance(instance_id).fault
    assert fault.message.startswith('CreatePorts: the request names no '
                                    'network')
    assert plane.cloud.leftovers() == []


def test_a_public_instance_has_a_floating_address(plane):
    from trove.objects import instance as objects
    instance_id = plane.create(access=objects.Access(is_public=True))
    plane.work()

    [public] = plane.cloud.network.floating
    assert [one.address for one in plane.instance(instance_id).addresses
            if one.type == 'public'] == [public]
    plane.delete(instance_id)
    plane.work()
    assert plane.cloud.leftovers() == []


def test_local_storage_needs_no_volume(plane, monkeypatch):
    from trove.tests.fixtures import control_plane
    monkeypatch.setattr(control_plane.FakeEngine, 'volume_support', False)
    instance_id = plane.create(volume_gb=None)
    plane.work()

    assert plane.instance(instance_id).task is Task.NONE
    assert plane.cloud.volumes.volumes == {}


def test_a_deletion_leaves_nothing(plane):
    instance_id = plane.create()
    plane.work()
    plane.delete(instance_id)
    plane.work()

    instance = plane.instance(instance_id)
    assert instance.deleted
    assert plane.guests.stopped == [instance_id]
    assert plane.cloud.leftovers() == []
    assert plane.resources(instance_id) == []
    assert plane.broker.users == {}
    assert plane.broker.deleted_queues == [instance_id]
    assert plane.usages() == (0, 0)
    assert states(plane, instance_id) == [State.DONE, State.DONE]


CAUSES = {
    'no port': ('network.create_port', 'quota',
                Task.BUILDING_ERROR_PORT, 'CreatePorts:'),
    'no group': ('network.create_security_group', 'refused',
                 Task.BUILDING_ERROR_SEC_GROUP, 'CreateSecurityGroup:'),
    'no volume': ('volumes.create', 'quota',
                  Task.BUILDING_ERROR_VOLUME, 'CreateVolume:'),
    'no server': ('compute.boot', 'refused',
                  Task.BUILDING_ERROR_SERVER, 'BootServer:'),
    'no compute service': ('compute.boot', 'down',
                           Task.BUILDING_ERROR_SERVER, 'BootServer:'),
}


@pytest.mark.parametrize('cause', CAUSES)
def test_what_the_cloud_refuses_ends_in_a_fault_and_nothing_left(
        plane, cause):
    method, kind, task, begins = CAUSES[cause]
    plane.cloud.faults.fail(method, kind, times=None)
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, task, begins)


def assert_given_back(plane, instance_id, task, begins):
    instance = plane.instance(instance_id)
    assert (instance.task, instance.status) == (task, 'ERROR')
    assert instance.fault.message.startswith(begins)
    assert states(plane, instance_id) == [State.UNDONE]
    assert plane.cloud.leftovers() == []
    assert plane.resources(instance_id) == []
    assert plane.broker.users == {}
    plane.cloud.faults.clear()
    plane.delete(instance_id)
    plane.work()
    assert plane.instance(instance_id).deleted
    assert plane.usages() == (0, 0)


def test_a_server_in_error_carries_the_clouds_words(plane):
    plane.cloud.compute.outcome = 'ERROR'
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, Task.BUILDING_ERROR_SERVER,
                      'WaitServer: the server is in status ERROR: No valid')


def test_a_volume_in_error_ends_the_build(plane):
    plane.cloud.volumes.outcome = 'error'
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, Task.BUILDING_ERROR_VOLUME,
                      'WaitVolume: volume ')


def test_a_silent_guest_ends_the_build(plane):
    plane.guests.silent = True
    plane.conf.set_override('usage_timeout', 1)
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, Task.BUILDING_ERROR_TIMEOUT_GA,
                      'WaitHello: a sign of life')


def test_a_deaf_guest_ends_the_build(plane):
    plane.guests.deaf = True
    plane.conf.set_override('usage_timeout', 1)
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, Task.BUILDING_ERROR_TIMEOUT_GA,
                      'PrepareGuest: a running engine')


def test_a_failed_guest_says_why(plane):
    plane.guests.refuses = 'mariadbd exited with 1'
    instance_id = plane.create()
    plane.work()
    assert_given_back(plane, instance_id, Task.BUILDING_ERROR_TIMEOUT_GA,
                      'PrepareGuest: mariadbd exited with 1')


def test_a_broker_that_is_down_ends_the_build(plane):
    plane.broker.down = True
    instance_id = plane.create()
    plane.work()
    instance = plane.instance(instance_id)
    assert instance.fault.message == (
        'CreateLink: RabbitMQ management: down')
    # Its user may be there: it stays on record until a deletion sees it go.
    assert [found.kind for found in plane.resources(instance_id)] == [
        'broker_user']
    assert states(plane, instance_id) == [State.FAILED]
    plane.broker.down = False
    plane.delete(instance_id)
    plane.work()
    assert plane.instance(instance_id).deleted


@pytest.mark.parametrize('method', (
    'volumes.create', 'network.create_security_group',
    'network.create_port', 'compute.boot'))
def test_a_lost_answer_doubles_nothing(plane, method):
    plane.cloud.faults.fail(method, 'lost')
    instance_id = plane.create()
    plane.work()
    assert plane.instance(instance_id).task is Task.NONE
    kinds = [kind for kind, _ in plane.cloud.leftovers()]
    assert sorted(kinds) == ['port', 'security_group', 'server', 'volume']


def test_a_service_that_hiccups_is_asked_again(plane):
    for method in ('compute.show', 'volumes.show', 'compute.find'):
        plane.cloud.faults.fail(method, 'down')
    instance_id = plane.create()
    plane.work()
    assert plane.instance(instance_id).task is Task.NONE


def test_a_deletion_rests_while_a_service_is_down(plane):
    instance_id = plane.create()
    plane.work()
    plane.cloud.faults.fail('volumes.find', 'down', times=4)
    plane.delete(instance_id)
    for _ in range(4):
        plane.let_leases_end()
        plane.work()
    assert plane.instance(instance_id).deleted
    assert plane.cloud.leftovers() == []


def test_a_deletion_that_never_works_is_a_fault_and_can_be_asked_again(
        plane):
    plane.conf.set_override('operation_attempts', 2, 'taskmanager')
    instance_id = plane.create()
    plane.work()
    plane.cloud.faults.fail('volumes.find', 'down', times=None)
    plane.delete(instance_id)
    for _ in range(2):
        plane.let_leases_end()
        plane.work()
    instance = plane.instance(instance_id)
    assert (instance.status, instance.deleted) == ('ERROR', False)
    assert instance.fault.message.startswith('DeleteVolumes: Fake cloud')
    assert states(plane, instance_id)[-1] is State.FAILED

    plane.cloud.faults.clear()
    plane.delete(instance_id)
    plane.work()
    assert plane.instance(instance_id).deleted
    assert plane.cloud.leftovers() == []


def test_what_cannot_be_given_back_stays_on_record(plane):
    plane.guests.refuses = 'no'
    plane.cloud.faults.fail('volumes.delete', 'refused', times=None)
    instance_id = plane.create()
    plane.work()
    assert plane.instance(instance_id).status == 'ERROR'
    assert [found.kind for found in plane.resources(instance_id)] == [
        'volume']
    assert states(plane, instance_id) == [State.FAILED]

    plane.cloud.faults.clear()
    plane.delete(instance_id)
    plane.work()
    assert plane.cloud.leftovers() == []
