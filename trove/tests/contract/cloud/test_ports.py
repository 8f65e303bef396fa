# SPDX-License-Identifier: Apache-2.0
"""What every cloud keeps of the promises in `trove.cloud.ports`."""

import uuid

import pytest

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception
from trove.common import waiting
from trove.tests.contract.cloud import real

RULES = (resources.Rule(protocol='tcp', port_min=3306, port_max=3306,
                        cidr='0.0.0.0/0'),
         resources.Rule(protocol='tcp', port_min=4567, port_max=4568,
                        cidr='10.0.0.0/8'))


@pytest.fixture
def instance_id():
    return str(uuid.uuid4())


def soon(check):
    return waiting.until(check, real.PATIENCE_S, 'it', **real.PACE)


def gone(show, one):
    def look():
        try:
            show(one)
        except exception.NotFound:
            return True
        return False
    return look


def a_port(place, instance_id, **more):
    return place.cloud.network.create_port(
        resources.name_of(instance_id), place.network_id, (),
        description='User port', **more)


def a_volume(place, instance_id, operation_id='op-1', size_gb=1):
    return place.cloud.volumes.create(
        resources.name_of(instance_id), size_gb, instance_id,
        operation_id)


def an_order(place, instance_id, operation_id='op-1', volume_id=None,
             **more):
    return resources.ServerOrder(**{
        'name': 'db1', 'instance_id': instance_id,
        'operation_id': operation_id, 'project_id': place.project_id,
        'image_id': place.image_id, 'flavor_id': place.flavor_id,
        'port_ids': (a_port(place, instance_id).id,),
        'user_data': '#cloud-config\n', 'volume_id': volume_id,
        'tags': ('trove_mariadb',), 'availability_zone': place.zone,
        **more})


def active(place, server_id):
    """Wait for the server; one that has failed is not waited for."""
    def look():
        found = place.cloud.compute.show(server_id)
        assert found.status != 'ERROR', found.fault
        return found.status == 'ACTIVE'
    soon(look)


# --- compute

def test_flavors_and_zones_are_known(place, cloud):
    flavor = cloud.compute.flavor(place.flavor_id)
    assert flavor in cloud.compute.flavors()
    assert flavor.ram_mb >= 256 and flavor.vcpus >= 1
    assert sorted(set(cloud.compute.zones())) == place.zones
    with pytest.raises(exception.NotFound):
        cloud.compute.flavor('no-such')


def test_a_server_boots_once_for_an_operation(place, cloud, instance_id):
    order = an_order(place, instance_id)
    first = cloud.compute.boot(order)
    assert cloud.compute.boot(order).id == first.id
    active(place, first.id)
    [found] = cloud.compute.find(instance_id)
    assert found.id == first.id
    assert found.metadata['trove_operation_id'] == 'op-1'
    assert cloud.compute.statuses()[first.id] == 'ACTIVE'
    assert cloud.compute.find(str(uuid.uuid4())) == []


def test_another_operation_boots_another_server(place, cloud, instance_id):
    first = cloud.compute.boot(an_order(place, instance_id))
    active(place, first.id)
    second = cloud.compute.boot(an_order(
        place, instance_id, 'op-2', port_ids=(
            cloud.network.create_port(
                'other', place.network_id, ()).id,)))
    assert {server.id for server in cloud.compute.find(instance_id)} == {
        first.id, second.id}


def test_a_server_that_failed_says_why(place, cloud, instance_id):
    place.next_server_fails()
    server = cloud.compute.boot(an_order(place, instance_id))
    soon(lambda: cloud.compute.show(server.id).status == 'ERROR')
    assert 'No valid host' in cloud.compute.show(server.id).fault


def test_a_deleted_server_is_gone_and_may_be_deleted_again(
        place, cloud, instance_id):
    server = cloud.compute.boot(an_order(place, instance_id))
    active(place, server.id)
    cloud.compute.delete(server.id)
    soon(gone(cloud.compute.show, server.id))
    cloud.compute.delete(server.id)
    assert cloud.compute.find(instance_id) == []


def test_a_server_group_is_made_once(cloud):
    name = 'locality_' + str(uuid.uuid4())
    group_id = cloud.compute.create_group(name, 'affinity')
    assert cloud.compute.create_group(name, 'affinity') == group_id
    cloud.compute.delete_group(group_id)
    cloud.compute.delete_group(group_id)


def test_an_order_with_a_wrong_flavor_is_refused(place, cloud, instance_id):
    with pytest.raises((ports.CloudRefused, exception.NotFound)):
        cloud.compute.boot(an_order(place, instance_id,
                                    flavor_id='no-such'))


# --- volumes

def test_a_volume_is_made_once_for_an_operation(place, cloud, instance_id):
    first = a_volume(place, instance_id)
    assert a_volume(place, instance_id).id == first.id
    soon(lambda: cloud.volumes.show(first.id).status == 'available')
    [found] = cloud.volumes.find(instance_id)
    assert (found.id, found.size_gb) == (first.id, 1)
    assert cloud.volumes.find(str(uuid.uuid4())) == []
    assert a_volume(place, instance_id, 'op-2').id != first.id


def test_an_attached_volume_cannot_be_deleted(place, cloud, instance_id):
    volume = a_volume(place, instance_id)
    soon(lambda: cloud.volumes.show(volume.id).status == 'available')
    server = cloud.compute.boot(an_order(place, instance_id,
                                         volume_id=volume.id))
    active(place, server.id)
    soon(lambda: cloud.volumes.show(volume.id).status == 'in-use')
    with pytest.raises(ports.CloudBusy):
        cloud.volumes.delete(volume.id)
    cloud.compute.delete(server.id)
    soon(gone(cloud.compute.show, server.id))
    soon(lambda: cloud.volumes.show(volume.id).status == 'available')
    cloud.volumes.delete(volume.id)
    soon(gone(cloud.volumes.show, volume.id))
    cloud.volumes.delete(volume.id)


def test_volume_types_are_known(place, cloud):
    assert {found.name for found in cloud.volumes.types()} == set(
        place.volume_types)


# --- network

def test_a_port_is_made_once(place, cloud, instance_id):
    port = a_port(place, instance_id)
    assert a_port(place, instance_id).id == port.id
    other = cloud.network.create_port(
        resources.name_of(instance_id), place.network_id, (),
        description='Management port')
    assert {found.id for found in cloud.network.ports(instance_id)} == {
        port.id, other.id}
    for one in (port, other, port):
        cloud.network.delete_port(one.id)
    assert cloud.network.ports(instance_id) == []


def test_a_port_has_the_address_that_was_asked_for(
        place, cloud, instance_id):
    port = a_port(place, instance_id, subnet_id=place.subnet_id,
                  address=place.address)
    assert port.addresses == (place.address,)


def test_a_group_has_exactly_its_rules(place, cloud, instance_id):
    name = 'trove_sg-' + instance_id
    group_id = cloud.network.create_security_group(name, RULES)
    assert cloud.network.create_security_group(name, RULES[:1]) == group_id
    assert cloud.network.security_groups(name) == [group_id]
    cloud.network.delete_security_group(group_id)
    cloud.network.delete_security_group(group_id)
    assert cloud.network.security_groups(name) == []


def test_a_group_in_use_cannot_be_deleted(place, cloud, instance_id):
    group_id = cloud.network.create_security_group('sg', RULES)
    port = cloud.network.create_port(
        resources.name_of(instance_id), place.network_id, (group_id,))
    assert port.security_groups == (group_id,)
    with pytest.raises(ports.CloudBusy):
        cloud.network.delete_security_group(group_id)
    cloud.network.delete_port(port.id)
    cloud.network.delete_security_group(group_id)


def test_a_floating_address_is_made_once_and_goes_with_its_port(
        place, cloud, instance_id):
    port = a_port(place, instance_id)
    address = cloud.network.create_floating(port.id, place.project_id, None)
    assert cloud.network.create_floating(
        port.id, place.project_id, None) == address
    [found] = cloud.network.ports(instance_id)
    assert found.floating == address
    cloud.network.delete_port(port.id)
    assert cloud.network.ports(instance_id) == []


def test_a_tenant_may_use_what_is_its_own_or_shared(place, cloud):
    subnet = cloud.network.check(place.project_id, place.network_id,
                                 place.subnet_id)
    assert (subnet.id, subnet.network_id) == (place.subnet_id,
                                              place.network_id)
    assert cloud.network.check(place.project_id, place.network_id,
                               None) is None
    for network_id, subnet_id in (
            (place.foreign_network_id, None), ('no-such', None),
            (place.network_id, 'no-such'),
            (place.foreign_network_id, place.subnet_id)):
        with pytest.raises(exception.NotFound):
            cloud.network.check(place.project_id, network_id, subnet_id)


def test_networks_without_choice_are_own_or_shared(place, cloud):
    usable = cloud.network.usable(place.project_id)
    assert place.network_id in usable
    assert place.foreign_network_id not in usable


# --- images

def test_images_are_found_by_id_and_by_tags(place, cloud):
    image = cloud.images.show(place.image_id)
    assert image.status == 'active'
    assert cloud.images.newest(place.image_tags).id == place.image_id
    with pytest.raises(exception.NotFound):
        cloud.images.newest((*place.image_tags, 'no-such'))
    with pytest.raises(exception.NotFound):
        cloud.images.show('no-such')


# --- what goes wrong

MAKERS = {
    'compute.boot': (
        lambda place, one: place.cloud.compute.boot(an_order(place, one)),
        lambda place, one: place.cloud.compute.find(one)),
    'volumes.create': (
        a_volume, lambda place, one: place.cloud.volumes.find(one)),
    'network.create_port': (
        a_port, lambda place, one: place.cloud.network.ports(one)),
    'network.create_security_group': (
        lambda place, one: place.cloud.network.create_security_group(
            'trove_sg-' + one, RULES),
        lambda place, one: place.cloud.network.security_groups(
            'trove_sg-' + one)),
}


@pytest.mark.parametrize('method', MAKERS)
@pytest.mark.parametrize('kind, made', (('down', 0), ('lost', 1)))
def test_a_create_is_sent_once_and_found_again(
        place, instance_id, method, kind, made):
    create, find = MAKERS[method]
    place.fail(method, kind)
    with pytest.raises(ports.CloudDown):
        create(place, instance_id)
    assert len(find(place, instance_id)) == made
    create(place, instance_id)
    assert len(find(place, instance_id)) == 1


@pytest.mark.parametrize('method', MAKERS)
def test_a_busy_service_is_busy(place, instance_id, method):
    place.fail(method, 'busy')
    with pytest.raises(ports.CloudBusy):
        MAKERS[method][0](place, instance_id)
