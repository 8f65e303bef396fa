# SPDX-License-Identifier: Apache-2.0
"""Containers and objects, through swiftclient."""
import hashlib
import io
import json

import keystoneauth1.identity
import keystoneauth1.session
import pytest
import requests
import swiftclient
import swiftclient.service
import swiftclient.utils

from localcloud.tests import waiting


def _swift(site, user='demo'):
    session = keystoneauth1.session.Session(
        keystoneauth1.identity.Password(**site.credentials(user)))
    return swiftclient.Connection(session=session, os_options={
        'region_name': 'RegionOne'}, retries=0)


@pytest.fixture
def swift(site):
    """swiftclient as a tenant, with a container."""
    connection = _swift(site)
    connection.put_container('box')
    return connection


def _status(call, *args, **kwargs):
    with pytest.raises(swiftclient.ClientException) as caught:
        call(*args, **kwargs)
    return caught.value.http_status


def test_an_object_comes_back_with_its_metadata(swift):
    etag = swift.put_object(
        'box', 'a/b c/ü', b'hello', content_type='text/plain',
        headers={'X-Object-Meta-Colour': 'blue'})
    assert etag == hashlib.md5(b'hello').hexdigest()
    headers, body = swift.get_object('box', 'a/b c/ü')
    assert body == b'hello'
    assert headers['x-object-meta-colour'] == 'blue'
    assert headers['content-type'] == 'text/plain'
    swift.post_object('box', 'a/b c/ü', {'X-Object-Meta-Size': 'L'})
    headers = swift.head_object('box', 'a/b c/ü')
    assert headers['x-object-meta-size'] == 'L'
    assert 'x-object-meta-colour' not in headers
    swift.delete_object('box', 'a/b c/ü')
    assert _status(swift.head_object, 'box', 'a/b c/ü') == 404


def test_a_stream_of_unknown_length_and_a_wrong_checksum(swift):
    chunks = (b'x' * 1000 for _ in range(50))
    swift.put_object('box', 'stream', swiftclient.utils.ReadableToIterable(
        io.BytesIO(b''.join(chunks)), chunk_size=777))
    assert swift.head_object('box', 'stream')['content-length'] == '50000'
    assert _status(swift.put_object, 'box', 'bad', b'data',
                   etag='0' * 32) == 422
    assert [o['name'] for o in swift.get_container('box')[1]] == ['stream']


def test_ranges(swift):
    swift.put_object('box', 'o', b'0123456789')

    def part(text):
        return swift.get_object('box', 'o', headers={'Range': text})
    headers, body = part('bytes=2-4')
    assert (body, headers['content-range']) == (b'234', 'bytes 2-4/10')
    assert part('bytes=-3')[1] == b'789'
    assert part('bytes=8-')[1] == b'89'
    assert _status(swift.get_object, 'box', 'o',
                   headers={'Range': 'bytes=20-30'}) == 416


def test_listings_go_by_prefix_marker_limit_and_delimiter(swift):
    for name in ('a', 'logs/1', 'logs/2', 'logs/old/1', 'z'):
        swift.put_object('box', name, b'x')

    def names(**query):
        return [e.get('name') or e['subdir']
                for e in swift.get_container('box', **query)[1]]
    assert names() == ['a', 'logs/1', 'logs/2', 'logs/old/1', 'z']
    assert names(delimiter='/') == ['a', 'logs/', 'z']
    assert names(prefix='logs/', delimiter='/') == [
        'logs/1', 'logs/2', 'logs/old/']
    assert names(limit=2) == ['a', 'logs/1']
    assert names(marker='logs/1', limit=2) == ['logs/2', 'logs/old/1']
    assert names(delimiter='/', marker='logs/') == ['z']
    assert names(end_marker='logs/2') == ['a', 'logs/1']
    headers, _ = swift.get_container('box')
    assert headers['x-container-object-count'] == '5'


def test_a_static_large_object_is_its_segments(site, swift):
    swift.put_container('parts')
    manifest = []
    for i, data in enumerate((b'aaaa', b'bbb', b'cc')):
        etag = swift.put_object('parts', f'p{i}', data)
        manifest.append({'path': f'/parts/p{i}', 'etag': etag,
                         'size_bytes': len(data)})
    swift.put_object('box', 'big', json.dumps(manifest),
                     query_string='multipart-manifest=put',
                     headers={'X-Object-Meta-K': 'v'})
    headers, body = swift.get_object('box', 'big')
    assert body == b'aaaabbbcc'
    assert headers['x-static-large-object'] == 'True'
    assert headers['etag'] == '"{}"'.format(hashlib.md5(''.join(
        s['etag'] for s in manifest).encode()).hexdigest())
    assert swift.get_object('box', 'big', headers={
        'Range': 'bytes=3-7'})[1] == b'abbbc'
    listed = json.loads(swift.get_object(
        'box', 'big', query_string='multipart-manifest=get')[1])
    assert [s['name'] for s in listed] == [
        '/parts/p0', '/parts/p1', '/parts/p2']
    manifest[0]['etag'] = '0' * 32
    assert _status(swift.put_object, 'box', 'bad', json.dumps(manifest),
                   query_string='multipart-manifest=put') == 400
    swift.delete_object('box', 'big',
                        query_string='multipart-manifest=delete')
    assert not swift.get_container('parts')[1]
    waiting.until(lambda: not [
        path for path in (site.settings.state / 'objects').rglob('*')
        if path.is_file()])


def test_swiftclients_uploader_splits_and_cleans_up(site, swift, tmp_path):
    path = tmp_path / 'dump'
    path.write_bytes(b'0123456789' * 100)
    service = swiftclient.service.SwiftService(options={
        'auth_version': '3', 'os_auth_url': site.auth_url,
        'os_username': 'demo', 'os_password': site.password('demo'),
        'os_project_name': 'demo', 'os_user_domain_id': 'default',
        'os_project_domain_id': 'default', 'use_slo': True,
        'segment_size': 300})
    with service:
        results = list(service.upload('box', [
            swiftclient.service.SwiftUploadObject(
                str(path), object_name='dump')]))
        assert all(r['success'] for r in results), results
        assert swift.get_object('box', 'dump')[1] == path.read_bytes()
        results = list(service.delete('box', ['dump']))
        assert all(r['success'] for r in results), results
    assert not swift.get_container('box_segments')[1]


def test_a_dynamic_large_object_is_what_has_the_prefix(swift):
    for i in range(3):
        swift.put_object('box', f'seg/{i}', str(i) * 3)
    swift.put_object('box', 'all', b'', headers={
        'X-Object-Manifest': 'box/seg/'})
    assert swift.get_object('box', 'all')[1] == b'000111222'


def test_an_object_ends_when_it_was_told_to(site, swift):
    swift.put_object('box', 'brief', b'x',
                     headers={'X-Delete-After': '1'})
    assert 'x-delete-at' in swift.head_object('box', 'brief')

    def gone():
        try:
            swift.head_object('box', 'brief')
        except swiftclient.ClientException as error:
            return error.http_status == 404
        return False
    waiting.until(gone)
    assert not swift.get_container('box')[1]
    site.cloud.shelf.expire()
    assert swift.head_account()['x-account-object-count'] == '0'


def test_containers_keep_what_is_in_them(swift):
    swift.put_object('box', 'o', b'x')
    assert _status(swift.delete_container, 'box') == 409
    swift.delete_object('box', 'o')
    swift.delete_container('box')
    assert _status(swift.head_container, 'box') == 404
    assert _status(swift.put_object, 'none', 'o', b'x') == 404


def test_only_the_project_and_whom_it_lets_in_have_access(site, swift):
    swift.put_object('box', 'o', b'x')
    url = swift.get_auth()[0]
    alt = _swift(site, 'alt')
    token = alt.get_auth()[1]

    def status(name):
        return requests.get(f'{url}/{name}', timeout=5, headers={
            'X-Auth-Token': token}).status_code
    assert status('box/o') == 403
    assert requests.get(f'{url}/box/o', timeout=5).status_code == 401
    project = site.connect('admin').identity.find_project('alt')
    swift.post_container('box', {'X-Container-Read': f'{project.id}:*'})
    assert status('box/o') == 200
    assert requests.put(f'{url}/box/o', data=b'y', timeout=5, headers={
        'X-Auth-Token': token}).status_code == 403
    swift.post_container('box', {'X-Container-Read': '.r:*'})
    assert requests.get(f'{url}/box/o', timeout=5).content == b'x'
    admin_token = _swift(site, 'admin').get_auth()[1]
    assert requests.get(f'{url}/box/o', timeout=5, headers={
        'X-Auth-Token': admin_token}).status_code == 200


def test_objects_are_copied(swift):
    swift.put_object('box', 'o', b'data', headers={'X-Object-Meta-A': 'b'})
    swift.copy_object('box', 'o', '/box/copy')
    headers, body = swift.get_object('box', 'copy')
    assert (body, headers['x-object-meta-a']) == (b'data', 'b')
