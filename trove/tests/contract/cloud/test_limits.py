# SPDX-License-Identifier: Apache-2.0
"""Quotas of the cloud that are used up: of whose kind the error is, that
nothing is made, and that it works again when there is room."""

import uuid

import pytest

from trove.cloud import ports
from trove.tests.contract.cloud import test_ports as usual


@pytest.fixture
def limits(networked):
    """A way to set limits of the project that pays; the usual after that."""
    admin, project_id = networked.admin, networked.own_project_id
    changes = {'compute': admin.set_compute_quotas,
               'volume': admin.set_volume_quotas,
               'network': admin.set_network_quotas}
    undo = {'compute': admin.delete_compute_quotas,
            'volume': admin.delete_volume_quotas,
            'network': admin.delete_network_quotas}
    set_ = []

    def limit(service, **values):
        set_.append(service)
        changes[service](project_id, **values)

    yield limit
    for service in set_:
        undo[service](project_id)


def a_server(place, instance_id):
    return place.cloud.compute.boot(usual.an_order(place, instance_id))


def a_group(place, instance_id):
    return place.cloud.network.create_security_group(
        'trove_sg-' + instance_id, usual.RULES)


def a_server_group(place, instance_id):
    return place.cloud.compute.create_group(
        'locality_' + instance_id, 'affinity')


def an_address(place, instance_id):
    return place.cloud.network.create_floating(
        usual.a_port(place, instance_id).id, place.own_project_id, None)


CASES = {
    'servers': (a_server, 'compute', {'instances': 0}),
    'cores': (a_server, 'compute', {'cores': 0}),
    'memory': (a_server, 'compute', {'ram': 0}),
    'server groups': (a_server_group, 'compute', {'server_groups': 0}),
    'volumes': (usual.a_volume, 'volume', {'volumes': 0}),
    'gigabytes': (usual.a_volume, 'volume', {'gigabytes': 0}),
    'ports': (usual.a_port, 'network', {'port': 0}),
    'security groups': (a_group, 'network', {}),
    'floating addresses': (an_address, 'network', {'floatingip': 0}),
}


@pytest.mark.parametrize('what', CASES)
def test_a_quota_that_is_used_up_is_told_as_one(networked, limits, what):
    make, service, values = CASES[what]
    instance_id = str(uuid.uuid4())
    if what == 'security groups':
        # Neutron makes each project's first one itself, when it is asked,
        # and takes no limit below what there is.
        values = {'security_group': len(list(
            networked.admin.network.security_groups(
                project_id=networked.own_project_id)))}
    limits(service, **values)
    with pytest.raises(ports.CloudQuota):
        make(networked, instance_id)
    assert networked.cloud.compute.find(instance_id) == []
    assert networked.cloud.volumes.find(instance_id) == []
    limits(service, **dict.fromkeys(values, 100_000))
    make(networked, instance_id)


def test_a_volume_that_may_not_grow_stays_as_it_is(networked, limits):
    volume = usual.a_volume(networked, str(uuid.uuid4()))
    show = networked.cloud.volumes.show
    usual.soon(lambda: show(volume.id).status == 'available')
    limits('volume', gigabytes=1)
    with pytest.raises(ports.CloudQuota):
        networked.cloud.volumes.extend(volume.id, 2)
    assert (show(volume.id).status, show(volume.id).size_gb) == (
        'available', 1)


def test_a_server_that_may_not_grow_stays_as_it_is(networked, limits):
    compute = networked.cloud.compute
    server = a_server(networked, str(uuid.uuid4()))
    usual.active(networked, server.id)
    limits('compute', ram=compute.flavor(networked.flavor_id).ram_mb)
    with pytest.raises(ports.CloudQuota):
        compute.resize(server.id, networked.other_flavor_id)
    assert compute.show(server.id).status == 'ACTIVE'
