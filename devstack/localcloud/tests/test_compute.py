# SPDX-License-Identifier: Apache-2.0
"""Servers, through openstacksdk and novaclient."""
import base64
import json
import threading

import keystoneauth1.identity
import keystoneauth1.session
import novaclient.client
import novaclient.exceptions
import pytest

from localcloud.tests import waiting


def _nova(site, user='demo', version='2.60'):
    session = keystoneauth1.session.Session(
        keystoneauth1.identity.Password(**site.credentials(user)))
    return novaclient.client.Client(version, session=session,
                                    region_name='RegionOne')


def _active(nova, server_id, status='ACTIVE'):
    return waiting.until(lambda: _in(nova, server_id, status))


def _in(nova, server_id, status):
    server = nova.servers.get(server_id)
    assert status == 'ERROR' or server.status != 'ERROR', server.fault
    return server if server.status == status else None


def _boot(site, demo, image, nova=None, **more):
    nova = nova or _nova(site)
    network = demo.network.find_network('private')
    more.setdefault('nics', [{'net-id': network.id}])
    server = nova.servers.create('db-1', image.id, '1', **more)
    return nova, _active(nova, server.id)


def test_a_server_boots_with_port_volume_and_config_drive(
        site, demo, image):
    network = demo.network.find_network('private')
    port = demo.network.create_port(network_id=network.id, name='p1')
    volume = demo.block_storage.create_volume(name='data', size=1)
    site.settle()
    nova, server = _boot(
        site, demo, image, nics=[{'port-id': port.id}],
        config_drive=True, userdata='#cloud-config', meta={'a': 'b'},
        block_device_mapping_v2=[{
            'uuid': volume.id, 'source_type': 'volume', 'boot_index': -1,
            'destination_type': 'volume', 'delete_on_termination': False}])
    machine = site.host.machines[server.id]
    assert machine.spec.layers == ('top', 'engine', 'base')
    assert machine.spec.memory_mb == 512
    assert machine.spec.ports[0].ip == port.fixed_ips[0]['ip_address']
    assert machine.spec.volumes[0].device == '/dev/vdb'
    drive = machine.spec.config_drive
    assert drive['openstack/latest/user_data'] == b'#cloud-config'
    told = json.loads(drive['openstack/latest/meta_data.json'])
    assert (told['uuid'], told['meta']) == (server.id, {'a': 'b'})
    assert demo.block_storage.get_volume(volume).status == 'in-use'
    assert demo.network.get_port(port).status == 'ACTIVE'
    assert server.addresses['private'][0]['addr'] == (
        port.fixed_ips[0]['ip_address'])

    nova.servers.delete(server.id)
    site.settle()
    assert server.id not in site.host.machines
    assert demo.block_storage.get_volume(volume).status == 'available'
    kept = demo.network.get_port(port)
    assert (kept.device_id, kept.status) == ('', 'DOWN')
    with pytest.raises(novaclient.exceptions.NotFound):
        nova.servers.get(server.id)


def test_a_port_made_for_a_server_goes_with_it(site, demo, image):
    nova, server = _boot(site, demo, image)
    assert len(list(demo.network.ports(device_id=server.id))) == 1
    nova.servers.delete(server.id)
    site.settle()
    assert not list(demo.network.ports(device_id=server.id))


def test_stop_start_reboot_and_console(site, demo, image):
    nova, server = _boot(site, demo, image)
    nova.servers.stop(server.id)
    _active(nova, server.id, 'SHUTOFF')
    nova.servers.start(server.id)
    _active(nova, server.id)
    nova.servers.reboot(server.id)
    site.settle()
    assert site.host.machines[server.id].boots == 3
    assert nova.servers.get_console_output(server.id, 2) == (
        'line 9\nline 10\n')


def test_what_was_asked_of_a_server_is_on_record(site, admin, demo, image):
    nova, server = _boot(site, demo, image, _nova(site, version='2.84'))
    admin.set_compute_quotas(demo.session.get_project_id(), ram=-1)
    huge = admin.compute.create_flavor(
        name='huge', ram=2 ** 24, vcpus=1, disk=1)
    nova.servers.resize(server.id, huge.id)
    site.settle()
    resize, create = nova.instance_action.list(server.id)
    assert (create.action, create.message) == ('create', None)
    assert (resize.action, resize.message) == ('resize', 'Error')
    event, = nova.instance_action.get(server.id, resize.request_id).events
    assert event['result'] == 'Error'
    assert event['details'].startswith('No valid host was found.')
    server = nova.servers.get(server.id)
    assert (server.status, server.flavor['original_name']) == (
        'ACTIVE', 'db.tiny')
    older = _nova(site).instance_action.get(server.id, resize.request_id)
    assert 'details' not in older.events[0]
    with pytest.raises(novaclient.exceptions.NotFound):
        nova.instance_action.get(server.id, 'req-none')
    with pytest.raises(novaclient.exceptions.NotFound):
        _nova(site, 'alt').instance_action.list(server.id)
    nova.servers.delete(server.id)
    site.settle()
    assert site.cloud.store.find('instance_action') == []


def test_no_server_boots_where_there_is_no_room(site, admin, demo, image):
    admin.set_compute_quotas(demo.session.get_project_id(), ram=-1)
    huge = admin.compute.create_flavor(
        name='huge', ram=2 ** 24, vcpus=1, disk=1)
    nova = _nova(site)
    server = nova.servers.create('db-1', image.id, huge.id, nics=[
        {'net-id': demo.network.find_network('private').id}])
    server = _active(nova, server.id, 'ERROR')
    assert server.fault['message'].startswith('No valid host was found.')


def test_resize_waits_to_be_confirmed_and_can_be_reverted(
        site, demo, image):
    nova, server = _boot(site, demo, image)
    nova.servers.resize(server.id, '2')
    _active(nova, server.id, 'VERIFY_RESIZE')
    assert site.host.machines[server.id].spec.memory_mb == 1024
    nova.servers.revert_resize(server.id)
    assert _active(nova, server.id).flavor['original_name'] == 'db.tiny'
    assert site.host.machines[server.id].spec.memory_mb == 512
    nova.servers.resize(server.id, '2')
    _active(nova, server.id, 'VERIFY_RESIZE')
    nova.servers.confirm_resize(server.id)
    assert _active(nova, server.id).flavor['original_name'] == 'db.small'


def test_rebuild_keeps_ports_and_volumes(site, demo, admin, image):
    volume = demo.block_storage.create_volume(name='data', size=1)
    site.settle()
    nova, server = _boot(site, demo, image)
    nova.volumes.create_server_volume(server.id, volume.id)
    site.settle()
    before = site.host.machines[server.id]
    other = site.image(admin, 'other', ('engine', 'base'))
    nova.servers.rebuild(server.id, other.id)
    _active(nova, server.id)
    after = site.host.machines[server.id]
    assert after is not before
    assert after.spec.layers == ('engine', 'base')
    assert after.volumes == before.volumes
    assert after.ports.keys() == before.ports.keys()


def test_volumes_come_and_go_while_a_server_runs(site, demo, image):
    volume = demo.block_storage.create_volume(name='data', size=1)
    site.settle()
    nova, server = _boot(site, demo, image)
    attachment = nova.volumes.create_server_volume(server.id, volume.id)
    assert attachment.device == '/dev/vdb'
    site.settle()
    assert site.host.machines[server.id].volumes == {
        volume.id: '/dev/vdb'}
    shown = demo.block_storage.get_volume(volume)
    assert shown.attachments[0]['server_id'] == server.id
    nova.volumes.delete_server_volume(server.id, volume.id)
    site.settle()
    assert demo.block_storage.get_volume(volume).status == 'available'
    assert not site.host.machines[server.id].volumes


def test_interfaces_come_and_go_while_a_server_runs(site, demo, image):
    nova, server = _boot(site, demo, image)
    network = demo.network.find_network('private')
    port = demo.network.create_port(network_id=network.id)
    nova.servers.interface_attach(server.id, port.id, None, None)
    site.settle()
    assert len(site.host.machines[server.id].ports) == 2
    assert len(nova.servers.interface_list(server.id)) == 2
    nova.servers.interface_detach(server.id, port.id)
    site.settle()
    assert len(site.host.machines[server.id].ports) == 1
    assert demo.network.get_port(port).device_id == ''


def test_a_machine_that_does_not_start_is_an_error_with_a_fault(
        site, demo, image):
    site.host.refuse['start_machine'] = 'There is no loop device left.'
    nova = _nova(site)
    network = demo.network.find_network('private')
    server = nova.servers.create('db', image.id, '1',
                                 nics=[{'net-id': network.id}])
    shown = _active(nova, server.id, 'ERROR')
    assert shown.fault['message'] == 'There is no loop device left.'
    nova.servers.delete(server.id)
    site.settle()
    assert not nova.servers.list()
    assert not list(demo.network.ports(device_id=server.id))


def test_an_image_that_names_no_layers_is_an_error(site, demo, admin):
    plain = admin.image.create_image(
        'cirros', data=b'QFI', disk_format='raw', container_format='bare',
        visibility='public', validate_checksum=False)
    nova = _nova(site)
    network = demo.network.find_network('private')
    server = nova.servers.create('db', plain.id, '1',
                                 nics=[{'net-id': network.id}])
    shown = _active(nova, server.id, 'ERROR')
    assert 'not a layer manifest' in shown.fault['message']


def test_a_server_that_is_being_built_can_be_deleted(site, demo, image):
    site.host.gate = threading.Event()
    nova = _nova(site)
    network = demo.network.find_network('private')
    server = nova.servers.create('db', image.id, '1',
                                 nics=[{'net-id': network.id}])
    nova.servers.delete(server.id)
    assert getattr(nova.servers.get(server.id),
                   'OS-EXT-STS:task_state') == 'deleting'
    site.host.gate.set()
    site.settle()
    assert not site.host.machines
    assert not nova.servers.list()


def test_a_machine_that_ends_by_itself_is_shown_as_shut_off(
        site, demo, image):
    nova, server = _boot(site, demo, image)
    site.host.machines[server.id].state = 'crashed'
    _active(nova, server.id, 'SHUTOFF')
    nova.servers.start(server.id)
    _active(nova, server.id)


def test_the_name_filter_is_a_regular_expression(site, demo, image):
    nova = _nova(site)
    for name in ('db-one', 'db-two', 'web'):
        nova.servers.create(name, image.id, '1', nics='none')
    nova = _nova(site)
    found = nova.servers.list(search_opts={'name': '^db-'})
    assert [s.name for s in found] == ['db-two', 'db-one']
    assert len(nova.servers.list(limit=2)) == 2
    assert not nova.servers.list(search_opts={'status': 'ERROR'})


def test_foreign_servers_do_not_exist(site, demo, image):
    nova, server = _boot(site, demo, image)
    other = _nova(site, 'alt')
    with pytest.raises(novaclient.exceptions.NotFound):
        other.servers.get(server.id)
    with pytest.raises(novaclient.exceptions.NotFound):
        other.servers.delete(server.id)
    assert not other.servers.list(search_opts={'all_tenants': 1})
    everyone = _nova(site, 'admin').servers.list(
        search_opts={'all_tenants': 1})
    assert [s.id for s in everyone] == [server.id]


@pytest.mark.parametrize('change, status', [
    ({'flavorRef': '99'}, 400), ({'imageRef': 'nope'}, 400),
    ({'name': ''}, 400), ({'availability_zone': 'mars'}, 400),
    ({'key_name': 'none'}, 400), ({'user_data': '***'}, 400),
    ({'networks': [{'uuid': 'nope'}]}, 400),
    ({'networks': [{'port': 'nope'}]}, 400),
    ({'flavorRef': '4', 'max_count': 3}, 400)])
def test_wrong_orders_are_refused_and_take_nothing(
        site, demo, image, change, status):
    body = dict({'name': 'x', 'imageRef': image.id, 'flavorRef': '1',
                 'networks': 'none'}, **change)
    answer = demo.compute.post('/servers', json={'server': body})
    assert answer.status_code == status, answer.text
    assert not list(demo.compute.servers())
    assert not site.host.machines


def test_quotas_hold(site, demo, admin, image):
    project = admin.identity.find_project('demo')
    admin.compute.put(f'/os-quota-sets/{project.id}', json={
        'quota_set': {'ram': 600}})
    nova, _ = _boot(site, demo, image)
    with pytest.raises(novaclient.exceptions.Forbidden) as caught:
        nova.servers.create('x', image.id, '1', nics='none')
    assert 'Quota exceeded for ram' in str(caught.value)


def test_a_port_belongs_to_one_server(site, demo, image):
    network = demo.network.find_network('private')
    port = demo.network.create_port(network_id=network.id)
    nova, _ = _boot(site, demo, image, nics=[{'port-id': port.id}])
    with pytest.raises(novaclient.exceptions.Conflict):
        nova.servers.create('x', image.id, '1',
                            nics=[{'port-id': port.id}])


def test_flavors_keypairs_groups_limits_and_hypervisors(site, admin):
    nova = _nova(site, 'admin', '2.90')
    assert [f.id for f in nova.flavors.list()] == ['1', '2', '3', '4']
    flavor = nova.flavors.create('db.big', 8192, 4, 20)
    flavor.set_keys({'trove:kind': 'db'})
    assert nova.flavors.get(flavor.id).get_keys() == {'trove:kind': 'db'}
    key = 'ssh-ed25519 ' + base64.b64encode(b'x' * 32).decode()
    nova.keypairs.create('k', public_key=key)
    assert [k.name for k in nova.keypairs.list()] == ['k']
    group = nova.server_groups.create('g', 'anti-affinity')
    assert nova.server_groups.get(group.id).policy == 'anti-affinity'
    limits = {one.name: one.value for one in nova.limits.get().absolute}
    assert limits['maxTotalInstances'] == 100
    assert nova.hypervisors.list()[0].hypervisor_hostname == 'localcloud'
    assert {s.binary for s in nova.services.list()} >= {'nova-compute'}
    assert nova.availability_zones.list(detailed=False)[
        0].zoneName == 'nova'


def test_a_microversion_beyond_ours_is_not_acceptable(demo):
    answer = demo.compute.get('/servers', headers={
        'OpenStack-API-Version': 'compute 2.500'})
    assert answer.status_code == 406
