# SPDX-License-Identifier: Apache-2.0
"""What the services themselves say of the things we have asked for."""

import json
import time
import uuid

import pytest

from trove.cloud import marks
from trove.cloud import ports
from trove.cloud import resources
from trove.tests.contract.cloud import test_ports as usual


@pytest.fixture
def instance_id():
    return str(uuid.uuid4())


def test_a_server_bears_tags_metadata_and_a_config_drive(networked,
                                                         instance_id):
    server = networked.cloud.compute.boot(usual.an_order(
        networked, instance_id))
    usual.active(networked, server.id)
    found = networked.admin.compute.get_server(server.id)
    assert set(found.fetch_tags(networked.admin.compute).tags) == {
        'trove_instance', 'trove_instance_id_' + instance_id,
        'trove_mariadb'}
    assert found.metadata == {'trove_project_id': networked.project_id,
                              'trove_instance_id': instance_id,
                              'trove_operation_id': 'op-1'}
    assert found.has_config_drive in (True, 'True')
    # A cloud may give one unasked: ours is asked for.
    [asked] = [request for request in networked.proxy.requests
               if (request.service, request.method, request.path)
               == ('compute', 'POST', '/servers')]
    assert json.loads(asked.body)['server']['config_drive'] is True


def test_a_server_has_the_card_that_was_made_for_it(networked, instance_id):
    order = usual.an_order(networked, instance_id)
    server = networked.cloud.compute.boot(order)
    usual.active(networked, server.id)
    port = networked.admin.network.get_port(order.port_ids[0])
    assert port.device_id == server.id
    networked.cloud.compute.delete(server.id)
    usual.soon(usual.gone(networked.cloud.compute.show, server.id))
    # Ours to delete, not Nova's.
    assert [found.id for found in
            networked.cloud.network.ports(instance_id)] == [port.id]


def test_servers_of_a_group_are_members_of_it(networked, instance_id):
    compute = networked.cloud.compute
    group_id = compute.create_group(
        marks.server_group(instance_id), 'soft-anti-affinity')
    server = compute.boot(usual.an_order(networked, instance_id,
                                         server_group_id=group_id))
    usual.active(networked, server.id)
    group = networked.admin.compute.get_server_group(group_id)
    assert server.id in group.member_ids
    assert 'soft-anti-affinity' in (group.policy, *(group.policies or ()))


def test_a_group_lets_in_what_its_rules_say(networked, instance_id):
    network, admin = networked.cloud.network, networked.admin.network
    name = 'trove_sg-' + instance_id

    def rules():
        return {(one.protocol, one.port_range_min, one.port_range_max,
                 one.remote_ip_prefix)
                for one in admin.security_group_rules(
                    security_group_id=group_id, direction='ingress')}

    group_id = network.create_security_group(name, usual.RULES)
    assert rules() == {('tcp', 3306, 3306, '0.0.0.0/0'),
                       ('tcp', 4567, 4568, '10.0.0.0/8')}
    network.create_security_group(name, (usual.RULES[0], resources.Rule(
        protocol='tcp', port_min=22, port_max=22, cidr='2001:db8::/32')))
    assert rules() == {('tcp', 3306, 3306, '0.0.0.0/0'),
                       ('tcp', 22, 22, '2001:db8::/32')}


def test_an_address_that_somebody_has_is_refused(networked, instance_id):
    more = {'subnet_id': networked.subnet_id, 'address': networked.address}
    usual.a_port(networked, instance_id, **more)
    with pytest.raises(ports.CloudRefused):
        usual.a_port(networked, str(uuid.uuid4()), **more)


def test_an_address_outside_of_the_subnet_is_refused(networked,
                                                     instance_id):
    with pytest.raises(ports.CloudRefused):
        usual.a_port(networked, instance_id, address='203.0.113.9',
                     subnet_id=networked.subnet_id)


def test_a_floating_address_is_its_tenants(networked, instance_id):
    port = usual.a_port(networked, instance_id)
    address = networked.cloud.network.create_floating(
        port.id, networked.project_id, None,
        marks.floating(instance_id))
    [found] = networked.admin.network.ips(floating_ip_address=address)
    assert (found.project_id, found.port_id) == (networked.project_id,
                                                 port.id)


def test_a_volume_bears_its_metadata(networked, instance_id):
    volume = usual.a_volume(networked, instance_id)
    found = networked.admin.block_storage.get_volume(volume.id)
    assert found.metadata == {'trove_instance_id': instance_id,
                              'trove_operation_id': 'op-1'}


def next_second(whole):
    """Glance tells in whole seconds when an image was made."""
    usual.soon(lambda: time.time() > whole + 1)


def test_the_newest_image_of_its_tags_is_taken(networked):
    admin, tag = networked.admin.image, 'trove-test-' + uuid.uuid4().hex
    made = []
    try:
        for _ in range(2):
            made.append(admin.create_image(
                tag, data=b'{"format": "x"}', disk_format='raw',
                container_format='bare', tags=[tag, 'trove'],
                validate_checksum=False))
            next_second(int(time.time()))
        assert networked.cloud.images.newest((tag, 'trove')).id == made[1].id
        admin.delete_image(made.pop().id)
        assert networked.cloud.images.newest((tag, 'trove')).id == made[0].id
    finally:
        for image in made:
            admin.delete_image(image.id)
