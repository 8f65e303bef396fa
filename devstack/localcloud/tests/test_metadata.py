# SPDX-License-Identifier: Apache-2.0
"""The metadata service: guests are known by their address."""
import json

import werkzeug.test

from localcloud import metadata


def _ask(site, address, path):
    client = werkzeug.test.Client(metadata.Application(site.cloud))
    return client.get(path, environ_base={'REMOTE_ADDR': address})


def test_a_guest_is_told_who_it_is(site, demo, image):
    server = demo.compute.create_server(
        name='db 1', image_id=image.id, flavor_id='1', networks='auto',
        user_data='I2Nsb3Vk', metadata={'k': 'v'})
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    port = next(demo.network.ports(device_id=server.id))
    address = port.fixed_ips[0]['ip_address']
    told = json.loads(_ask(site, address,
                           '/openstack/latest/meta_data.json').data)
    assert (told['uuid'], told['hostname'], told['meta']) == (
        server.id, 'db-1', {'k': 'v'})
    network = json.loads(_ask(site, address,
                              '/openstack/latest/network_data.json').data)
    assert network['networks'][0]['ip_address'] == address
    assert network['networks'][0]['netmask'] == '255.255.240.0'
    assert _ask(site, address, '/openstack/latest/user_data').data == (
        b'#cloud')
    assert b'meta_data.json' in _ask(site, address,
                                     '/openstack/latest/').data
    assert _ask(site, address, '/latest/meta-data/instance-id').data == (
        server.id.encode())
    assert _ask(site, address, '/latest/nonsense').status_code == 404


def test_a_stranger_is_told_nothing(site):
    answer = _ask(site, '192.0.2.1', '/openstack/latest/meta_data.json')
    assert answer.status_code == 404
