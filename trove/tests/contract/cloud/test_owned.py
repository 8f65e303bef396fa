# SPDX-License-Identifier: Apache-2.0
"""Things of ours are known again by what they bear, others are not."""

import datetime
import uuid

import pytest

from trove.cloud import marks
from trove.common import exception
from trove.tests.contract.cloud import test_ports as usual


@pytest.fixture
def instance_id():
    return str(uuid.uuid4())


def a_port(place, instance_id):
    return place.cloud.network.create_port(
        'trove-' + instance_id, place.network_id, (),
        description=marks.user_port(instance_id))


def found(service):
    return {(one.kind, one.external_id, one.instance_id)
            for one in service.owned()}


def test_servers_and_groups_name_their_instance(place, cloud, instance_id):
    assert cloud.compute.owned() == []
    cloud.compute.create_group('of somebody else', 'affinity')
    group_id = cloud.compute.create_group(
        marks.server_group(instance_id), 'affinity')
    server = cloud.compute.boot(usual.an_order(place, instance_id))
    assert found(cloud.compute) == {
        ('server_group', group_id, instance_id),
        ('server', server.id, instance_id)}


def test_a_server_of_ours_without_tags_gets_them(place, cloud, instance_id):
    server = cloud.compute.boot(usual.an_order(place, instance_id))
    usual.active(place, server.id)      # until then nothing can be tagged
    for _ in range(2):
        cloud.compute.mark(server.id, instance_id, ('trove_mariadb',))
    assert server.id in cloud.compute.statuses()
    with pytest.raises(exception.NotFound):
        cloud.compute.mark(str(uuid.uuid4()), instance_id, ())


def test_volumes_name_their_instance(place, cloud, instance_id):
    volume = usual.a_volume(place, instance_id)
    assert found(cloud.volumes) == {('volume', volume.id, instance_id)}


def test_what_the_network_has_names_its_instance(place, cloud, instance_id):
    network = cloud.network
    network.create_security_group('of somebody else', usual.RULES, 'Web')
    usual.a_port(place, str(uuid.uuid4()))
    port = a_port(place, instance_id)
    group_id = network.create_security_group(
        'any-' + instance_id, usual.RULES, marks.security_group(instance_id))
    address = network.create_floating(
        port.id, place.project_id, None, marks.floating(instance_id))
    assert found(network) == {
        ('port', port.id, instance_id),
        ('security_group', group_id, instance_id),
        ('floating_ip', address, instance_id)}


def test_all_but_groups_tell_when_they_were_made(place, cloud, instance_id):
    usual.a_volume(place, instance_id)
    cloud.compute.boot(usual.an_order(place, instance_id))
    a_port(place, instance_id)
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    for service in (cloud.compute, cloud.volumes, cloud.network):
        (one,) = service.owned()
        assert abs((now - one.created).total_seconds()) < 60


def test_a_floating_address_is_given_back_once(place, cloud, instance_id):
    port = a_port(place, instance_id)
    address = cloud.network.create_floating(port.id, place.project_id, None)
    cloud.network.delete_floating(address)
    cloud.network.delete_floating(address)
    [found_port] = cloud.network.ports(instance_id)
    assert found_port.floating is None


def test_what_bears_our_marks_elsewhere_is_not_ours(networked, instance_id):
    """A tenant writes what it likes, and a second Trove what we write."""
    network = networked.cloud.network
    name = 'trove-' + instance_id
    other = networked.tenant()
    port = other.network.create_port(
        name=name, network_id=networked.network_id,
        description=marks.user_port(instance_id))
    group = other.network.create_security_group(
        name=name, description=marks.security_group(instance_id))
    try:
        address = networked.admin.network.create_ip(
            floating_network_id=next(iter(networked.admin.network.networks(
                is_router_external=True))).id,
            project_id=networked.project_id, description=marks.kept_by(
                marks.floating(instance_id), networked.project_id))
        try:
            assert network.owned() == []
            assert network.ports(instance_id) == []
            assert network.security_groups(name) == []
            own = network.create_port(
                name, networked.network_id, (),
                description=marks.user_port(instance_id))
            assert own.id != port.id
            group_id = network.create_security_group(
                name, usual.RULES, marks.security_group(instance_id))
            assert group_id != group.id
            assert {one.external_id for one in network.owned()} == {
                own.id, group_id}
        finally:
            networked.admin.network.delete_ip(address)
    finally:
        other.network.delete_port(port)
        other.network.delete_security_group(group)


def test_a_floating_address_of_an_older_release_is_known_by_its_port(
        networked, instance_id):
    port = a_port(networked, instance_id)
    made = networked.admin.network.create_ip(
        floating_network_id=next(iter(networked.admin.network.networks(
            is_router_external=True))).id,
        port_id=port.id, project_id=networked.project_id,
        description=marks.floating(instance_id))
    assert ('floating_ip', made.floating_ip_address, instance_id) in found(
        networked.cloud.network)
