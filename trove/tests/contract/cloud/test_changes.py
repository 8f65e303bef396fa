# SPDX-License-Identifier: Apache-2.0
"""What every cloud promises of servers and volumes that change."""

import re
import uuid

import pytest

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception
from trove.tests.contract.cloud import test_ports


@pytest.fixture
def instance_id():
    return str(uuid.uuid4())


@pytest.fixture
def server(place, cloud, instance_id):
    made = cloud.compute.boot(test_ports.an_order(place, instance_id))
    test_ports.active(place, made.id)
    return cloud.compute.show(made.id)


@pytest.fixture
def server_over_http(networked, instance_id):
    made = networked.cloud.compute.boot(
        test_ports.an_order(networked, instance_id))
    test_ports.active(networked, made.id)
    return made


@pytest.fixture
def volume(place, cloud, instance_id):
    made = test_ports.a_volume(place, instance_id)
    becomes(cloud.volumes, made.id, 'available')
    return made


def becomes(service, one, status):
    test_ports.soon(lambda: service.show(one).status == status)


def flavor(cloud, flavor_id):
    return cloud.compute.flavor(flavor_id).name


def test_a_server_names_its_flavor(place, cloud, server):
    assert server.flavor_name == flavor(cloud, place.flavor_id)


def test_a_resize_waits_to_be_confirmed(place, cloud, server):
    cloud.compute.resize(server.id, place.other_flavor_id)
    assert cloud.compute.show(server.id).status in ('RESIZE',
                                                    'VERIFY_RESIZE')
    becomes(cloud.compute, server.id, 'VERIFY_RESIZE')
    new = flavor(cloud, place.other_flavor_id)
    assert cloud.compute.show(server.id).flavor_name == new
    cloud.compute.confirm_resize(server.id)
    becomes(cloud.compute, server.id, 'ACTIVE')
    assert cloud.compute.show(server.id).flavor_name == new


def test_a_resize_may_be_confirmed_again_while_it_is_confirmed(
        place, cloud, server):
    cloud.compute.resize(server.id, place.other_flavor_id)
    becomes(cloud.compute, server.id, 'VERIFY_RESIZE')
    cloud.compute.confirm_resize(server.id)
    if cloud.compute.show(server.id).status == 'VERIFY_RESIZE':
        try:
            cloud.compute.confirm_resize(server.id)
        except (ports.CloudBusy, ports.CloudRefused):
            # Only what has been confirmed since the look is refused.
            assert cloud.compute.show(server.id).status == 'ACTIVE'
    becomes(cloud.compute, server.id, 'ACTIVE')


def test_a_resize_can_go_back(place, cloud, server):
    cloud.compute.resize(server.id, place.other_flavor_id)
    becomes(cloud.compute, server.id, 'VERIFY_RESIZE')
    cloud.compute.revert_resize(server.id)
    becomes(cloud.compute, server.id, 'ACTIVE')
    assert cloud.compute.show(server.id).flavor_name == server.flavor_name


def test_what_was_not_resized_is_busy_or_refuses(place, cloud, server):
    for change in (cloud.compute.confirm_resize,
                   cloud.compute.revert_resize):
        with pytest.raises((ports.CloudBusy, ports.CloudRefused)):
            change(server.id)
    with pytest.raises((ports.CloudRefused, exception.NotFound)):
        cloud.compute.resize(server.id, 'no-such')
    assert cloud.compute.show(server.id).status == 'ACTIVE'


def resize_in_vain(place, compute, server_id):
    """Ask for what no host has room for, and see it end.

    A Nova that looks for a host before it answers refuses; others tell
    afterwards. All of them write it down.
    """
    flavor_id = place.next_resize_finds_no_host()
    try:
        compute.resize(server_id, flavor_id)
    except ports.CloudRefused as error:
        assert 'No valid host' in str(error)
    becomes(compute, server_id, 'ACTIVE')
    test_ports.soon(lambda: compute.last_failure(server_id))


def test_a_resize_that_finds_no_host_tells_why(place, cloud, server):
    assert cloud.compute.last_failure(server.id) is None
    resize_in_vain(place, cloud.compute, server.id)
    assert 'No valid host' in cloud.compute.last_failure(server.id)
    found = cloud.compute.show(server.id)
    assert (found.flavor_name, found.fault) == (server.flavor_name, None)


def test_what_goes_well_after_a_failure_ends_it(place, cloud, server):
    resize_in_vain(place, cloud.compute, server.id)
    cloud.compute.reboot(server.id)
    becomes(cloud.compute, server.id, 'ACTIVE')
    test_ports.soon(
        lambda: cloud.compute.last_failure(server.id) is None)


def test_a_nova_that_tells_no_details_tells_what_failed(
        networked, server_over_http):
    networked.proxy.change(
        'compute', r'GET /servers/[^/]+/os-instance-actions/[^/]+',
        lambda text: text.replace('"details"', '"not-told"'))
    compute = networked.cloud.compute
    resize_in_vain(networked, compute, server_over_http.id)
    assert compute.last_failure(server_over_http.id).startswith(
        'its resize ended in an error at ')


@pytest.mark.parametrize('hard', [False, True])
def test_a_reboot_shows_and_ends(place, cloud, server, hard):
    cloud.compute.reboot(server.id, hard=hard)
    assert place.was_rebooted(server.id)
    becomes(cloud.compute, server.id, 'ACTIVE')


@pytest.mark.parametrize('host', [None, 'node-2'])
def test_where_no_host_is_free_a_migration_tells_why(place, cloud, server,
                                                     host):
    place.is_full(host)
    try:
        cloud.compute.migrate(server.id, host)
    except ports.CloudRefused as error:
        said = str(error)
    else:
        # A Nova that asks the host itself, which only then declines.
        test_ports.soon(lambda: cloud.compute.last_failure(server.id))
        said = cloud.compute.last_failure(server.id)
    assert re.search('No valid host|not be found|to current host', said)
    becomes(cloud.compute, server.id, 'ACTIVE')


def test_a_migrated_server_can_go_back(place, cloud, server):
    try:
        cloud.compute.migrate(server.id)
    except ports.CloudRefused as error:
        # There is one host, and it does not take from itself.
        assert 'No valid host' in str(error)
        return
    test_ports.soon(lambda: cloud.compute.show(server.id).status in (
        'VERIFY_RESIZE', 'ACTIVE'))
    # A Nova that looks for a host only after its answer leaves a server that
    # finds none as it is.
    if cloud.compute.show(server.id).status == 'VERIFY_RESIZE':
        cloud.compute.revert_resize(server.id)
        becomes(cloud.compute, server.id, 'ACTIVE')
    assert cloud.compute.show(server.id).flavor_name == server.flavor_name


def test_a_rebuild_keeps_the_volume_and_the_port(place, cloud, instance_id,
                                                 volume):
    order = test_ports.an_order(place, instance_id, volume_id=volume.id)
    made = cloud.compute.boot(order)
    test_ports.active(place, made.id)
    becomes(cloud.volumes, volume.id, 'in-use')
    cloud.compute.rebuild(made.id, resources.RebuildOrder(
        image_id=place.image_id, user_data='IyE=', metadata={
            'trove_project_id': place.project_id,
            'trove_instance_id': instance_id,
            'trove_operation_id': 'op-2'}))
    becomes(cloud.compute, made.id, 'ACTIVE')
    found = cloud.compute.show(made.id)
    assert found.metadata['trove_operation_id'] == 'op-2'
    assert found.image_id == place.image_id
    becomes(cloud.volumes, volume.id, 'in-use')
    assert [port.id for port in cloud.network.ports(instance_id)] == list(
        order.port_ids)
    with pytest.raises(ports.CloudBusy):
        cloud.volumes.delete(volume.id)


def test_a_volume_grows_while_it_is_in_use(place, cloud, instance_id,
                                           volume):
    made = cloud.compute.boot(test_ports.an_order(
        place, instance_id, volume_id=volume.id))
    test_ports.active(place, made.id)
    becomes(cloud.volumes, volume.id, 'in-use')
    cloud.volumes.extend(volume.id, 2)
    test_ports.soon(lambda: cloud.volumes.show(volume.id).size_gb == 2)
    becomes(cloud.volumes, volume.id, 'in-use')
    with pytest.raises(ports.CloudRefused):
        cloud.volumes.extend(volume.id, 2)


def test_a_volume_that_did_not_grow_can_be_used_again(place, cloud, volume):
    place.next_extension_fails()
    cloud.volumes.extend(volume.id, 2)
    becomes(cloud.volumes, volume.id, 'error_extending')
    assert cloud.volumes.show(volume.id).size_gb == 1
    cloud.volumes.reset_status(volume.id, 'available')
    assert cloud.volumes.show(volume.id).status == 'available'


def test_a_volume_that_failed_says_so_and_can_be_deleted(networked,
                                                         instance_id):
    volumes = networked.cloud.volumes
    made = test_ports.a_volume(networked, instance_id)
    becomes(volumes, made.id, 'available')
    networked.admin.block_storage.reset_volume_status(
        made.id, 'error', None, None)
    assert volumes.show(made.id).status == 'error'
    volumes.delete(made.id)
    test_ports.soon(test_ports.gone(volumes.show, made.id))


@pytest.mark.parametrize('kind, size_gb', (('down', 1), ('lost', 2)))
def test_an_extension_is_sent_once(place, cloud, volume, kind, size_gb):
    place.fail('volumes.extend', kind)
    with pytest.raises(ports.CloudDown):
        cloud.volumes.extend(volume.id, 2)
    becomes(cloud.volumes, volume.id, 'available')
    assert cloud.volumes.show(volume.id).size_gb == size_gb


def test_a_busy_cloud_is_busy(place, cloud, server):
    place.fail('compute.resize', 'busy')
    with pytest.raises(ports.CloudBusy):
        cloud.compute.resize(server.id, place.other_flavor_id)
