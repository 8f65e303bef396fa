# SPDX-License-Identifier: Apache-2.0
"""Somebody takes a thing away between two of our requests."""

import uuid

import pytest

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception
from trove.tests.contract.cloud import test_ports as usual


@pytest.fixture
def instance_id():
    return str(uuid.uuid4())


@pytest.fixture
def port(networked, instance_id):
    return usual.a_port(networked, instance_id)


def before(place, service, operation, call):
    """Once, when the adapter is about to ask this."""
    place.proxy.before(service, operation, call)


def gone_before(place, service, operation, take, show, thing_id):
    """Somebody takes a thing, and it has gone, when the adapter asks."""
    def call():
        take(thing_id)
        usual.soon(usual.gone(show, thing_id))

    before(place, service, operation, call)


def test_a_server_that_goes_while_it_is_deleted_is_deleted(networked,
                                                           instance_id):
    compute = networked.cloud.compute
    server = compute.boot(usual.an_order(networked, instance_id))
    usual.active(networked, server.id)
    gone_before(networked, 'compute', r'DELETE /servers/[^/]+',
                networked.admin.compute.delete_server, compute.show,
                server.id)
    compute.delete(server.id)
    assert compute.find(instance_id) == []


def test_a_volume_that_goes_while_it_is_deleted_is_deleted(networked,
                                                           instance_id):
    volumes = networked.cloud.volumes
    volume = usual.a_volume(networked, instance_id)
    usual.soon(lambda: volumes.show(volume.id).status == 'available')
    gone_before(networked, 'volume', r'DELETE /volumes/[^/]+',
                networked.admin.block_storage.delete_volume, volumes.show,
                volume.id)
    volumes.delete(volume.id)
    assert volumes.find(instance_id) == []


def test_a_port_that_goes_while_it_is_deleted_is_deleted(networked,
                                                         instance_id, port):
    before(networked, 'network', r'DELETE /ports/[^/]+',
           lambda: networked.admin.network.delete_port(port.id))
    networked.cloud.network.delete_port(port.id)
    assert networked.cloud.network.ports(instance_id) == []


def test_an_address_that_goes_before_its_port_does_is_no_trouble(
        networked, instance_id, port):
    network, admin = networked.cloud.network, networked.admin.network
    network.create_floating(port.id, networked.own_project_id, None)
    before(networked, 'network', r'DELETE /floatingips/[^/]+',
           lambda: [admin.delete_ip(found.id)
                    for found in admin.ips(port_id=port.id)])
    network.delete_port(port.id)
    assert network.ports(instance_id) == []


def test_a_group_that_goes_while_it_is_deleted_is_deleted(networked,
                                                          instance_id):
    network = networked.cloud.network
    name = 'trove_sg-' + instance_id
    group_id = network.create_security_group(name, usual.RULES)
    before(networked, 'network', r'DELETE /security-groups/[^/]+',
           lambda: networked.admin.network.delete_security_group(group_id))
    network.delete_security_group(group_id)
    assert network.security_groups(name) == []


def test_a_group_that_goes_while_rules_are_put_in_is_made_anew(
        networked, instance_id):
    network = networked.cloud.network
    name = 'trove_sg-' + instance_id
    group_id = network.create_security_group(name, usual.RULES[:1])
    before(networked, 'network', r'POST /security-group-rules(\.json)?',
           lambda: networked.admin.network.delete_security_group(group_id))
    with pytest.raises(exception.NotFound):
        network.create_security_group(name, usual.RULES)
    other = network.create_security_group(name, usual.RULES)
    assert network.security_groups(name) == [other] != [group_id]


def test_a_server_group_that_goes_while_it_is_deleted_is_deleted(
        networked, instance_id):
    compute = networked.cloud.compute
    group_id = compute.create_group('locality_' + instance_id, 'affinity')
    before(networked, 'compute', r'DELETE /os-server-groups/[^/]+',
           lambda: networked.admin.compute.delete_server_group(group_id))
    compute.delete_group(group_id)


def test_a_port_that_goes_before_the_server_boots_is_told(networked,
                                                          instance_id):
    order = usual.an_order(networked, instance_id)
    before(networked, 'compute', 'POST /servers',
           lambda: networked.admin.network.delete_port(order.port_ids[0]))
    with pytest.raises((ports.CloudRefused, exception.NotFound)):
        networked.cloud.compute.boot(order)
    assert networked.cloud.compute.find(instance_id) == []


def test_a_port_that_goes_before_its_address_comes_is_told(networked, port):
    before(networked, 'network', r'POST /floatingips(\.json)?',
           lambda: networked.admin.network.delete_port(port.id))
    with pytest.raises((ports.CloudRefused, exception.NotFound)):
        networked.cloud.network.create_floating(
            port.id, networked.own_project_id, None)


def test_a_server_that_goes_while_it_is_changed_is_told(networked,
                                                        instance_id):
    compute = networked.cloud.compute
    server = compute.boot(usual.an_order(networked, instance_id))
    usual.active(networked, server.id)
    networked.admin.compute.delete_server(server.id)
    usual.soon(usual.gone(compute.show, server.id))
    for change in (
            lambda: compute.resize(server.id, networked.other_flavor_id),
            lambda: compute.migrate(server.id),
            lambda: compute.confirm_resize(server.id),
            lambda: compute.revert_resize(server.id),
            lambda: compute.reboot(server.id, hard=True),
            lambda: compute.rebuild(server.id, resources.RebuildOrder(
                image_id=networked.image_id, user_data='', metadata={}))):
        with pytest.raises(exception.NotFound):
            change()


def test_a_volume_that_goes_while_it_is_changed_is_told(networked):
    gone = str(uuid.uuid4())
    for change in (lambda: networked.cloud.volumes.extend(gone, 2),
                   lambda: networked.cloud.volumes.reset_status(
                       gone, 'available')):
        with pytest.raises(exception.NotFound):
            change()
