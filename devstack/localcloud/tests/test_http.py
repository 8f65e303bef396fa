# SPDX-License-Identifier: Apache-2.0
"""What HTTP itself promises, whatever the service."""
import concurrent.futures

import pytest
import requests


def test_a_refused_upload_does_not_spoil_the_connection(site):
    with requests.Session() as session:
        for _ in range(3):
            answer = session.put(
                f'{site.url}/object-store/v1/AUTH_x/box/o',
                data=b'x' * 300000, timeout=5)
            assert answer.status_code == 401
            assert session.get(f'{site.url}/compute/v2.1',
                               timeout=5).status_code == 200


@pytest.mark.parametrize('path, key', [
    ('/compute/v2.1/nonsense', 'itemNotFound'),
    ('/network/v2.0/nonsense', 'NeutronError'),
    ('/identity/v3/nonsense', 'error'),
    ('/image/v2/nonsense', 'message'), ('/nonsense', 'error')])
def test_unknown_paths_are_told_in_the_services_own_words(site, path, key):
    answer = requests.get(site.url + path, timeout=5)
    assert answer.status_code == 404
    assert key in answer.json()
    assert answer.headers['X-Openstack-Request-Id'].startswith('req-')


def test_a_wrong_method_is_not_allowed(site):
    assert requests.delete(f'{site.url}/compute/v2.1',
                           timeout=5).status_code == 405


@pytest.mark.parametrize('data', ['{', '[]', '"x"', '{"server": []}'])
def test_a_broken_body_is_a_bad_request(demo, data):
    answer = demo.compute.post('/servers', data=data, headers={
        'Content-Type': 'application/json'})
    assert answer.status_code == 400
    assert 'badRequest' in answer.json()


def test_many_at_once_get_addresses_of_their_own(site, demo):
    network = demo.network.find_network('private')
    url = f'{site.url}/network/v2.0/ports'
    headers = {'X-Auth-Token': demo.session.get_token()}

    def create(_):
        answer = requests.post(url, headers=headers, timeout=20, json={
            'port': {'network_id': network.id}})
        return answer.json()['port']['fixed_ips'][0]['ip_address']
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        found = list(pool.map(create, range(48)))
    assert len(set(found)) == 48
