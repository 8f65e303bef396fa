# SPDX-License-Identifier: Apache-2.0
"""Secrets, through the SDK and the stock client."""
import base64
import os

import openstack.exceptions
import pytest
from barbicanclient import client

BINARY = os.urandom(500)


def store(cloud, payload=BINARY, **more):
    """A secret with a payload of bytes; the SDK's object."""
    return cloud.key_manager.create_secret(
        name='db', payload=base64.b64encode(payload).decode(),
        payload_content_type='application/octet-stream',
        payload_content_encoding='base64', **more)


def path(secret, ending=''):
    """Its path below the service."""
    return '/secrets/' + secret.secret_ref.rsplit('/', 1)[1] + ending


def payload(cloud, secret):
    """The answer to whoever asks for a payload."""
    return cloud.key_manager.get(path(secret, '/payload'), headers={
        'Accept': 'application/octet-stream'})


def test_bytes_come_back_as_they_went(demo):
    secret = store(demo)
    assert payload(demo, secret).content == BINARY
    shown = demo.key_manager.get(path(secret)).json()
    assert shown['content_types'] == {'default': 'application/octet-stream'}
    assert 'payload' not in shown
    demo.key_manager.delete(path(secret))
    assert payload(demo, secret).status_code == 404


def test_a_secret_is_its_projects(site, demo):
    secret = store(demo)
    for user, status in (('alt', 404), ('reader', 403), ('admin', 200)):
        assert payload(site.connect(user), secret).status_code == status
    with pytest.raises(openstack.exceptions.ForbiddenException):
        store(site.connect('reader'))


def test_an_acl_opens_and_closes(site, demo):
    secret, alt = store(demo), site.connect('alt')
    demo.key_manager.put(path(secret, '/acl'), json={'read': {
        'users': [alt.current_user_id], 'project-access': False}})
    assert payload(alt, secret).content == BINARY
    assert alt.key_manager.delete(path(secret)).status_code == 403
    demo.key_manager.delete(path(secret, '/acl'))
    assert payload(alt, secret).status_code == 404


def test_a_payload_is_asked_for_as_what_it_is(demo):
    answer = demo.key_manager.get(path(store(demo), '/payload'),
                                  headers={'Accept': 'text/plain'})
    assert answer.status_code == 406


@pytest.mark.parametrize('body', [
    {'payload': 'x'}, {'payload': '*', 'payload_content_type':
                       'application/octet-stream',
                       'payload_content_encoding': 'base64'},
    {'payload': 'x', 'payload_content_type': 'text/html'},
    {'payload': 'x', 'payload_content_type': 'application/octet-stream'},
    {'payload': '', 'payload_content_type': 'text/plain'},
    {'secret_type': 'magic'}])
def test_what_is_no_secret_is_refused(demo, body):
    answer = demo.key_manager.post('/secrets', json=body)
    assert answer.status_code == 400


def test_a_large_payload_is_refused(demo):
    with pytest.raises(openstack.exceptions.HttpException) as caught:
        store(demo, b'x' * 70000)
    assert caught.value.status_code == 413


def test_consumers_come_once_and_go(demo):
    secret = store(demo)
    body = {'service': 'database', 'resource_type': 'instance',
            'resource_id': 'i-1'}
    where, new = path(secret, '/consumers'), {
        'OpenStack-API-Version': 'key-manager 1.1'}
    assert demo.key_manager.post(where, json=body).status_code == 404
    for _ in range(2):
        answer = demo.key_manager.post(where, json=body, headers=new)
    assert answer.json()['consumers'] == [body]
    listed = demo.key_manager.get(where, headers=new).json()
    assert listed['total'] == 1
    for status in (200, 404):
        answer = demo.key_manager.delete(where, json=body, headers=new)
        assert answer.status_code == status


def test_the_stock_client_works(site, demo):
    keys = client.Client(session=demo.session, region_name='RegionOne')
    made = keys.secrets.create(name='word', payload='open sesame')
    made.store()
    found = keys.secrets.get(made.secret_ref)
    assert (found.name, found.payload) == ('word', 'open sesame')
    assert [one.name for one in keys.secrets.list()] == ['word']
    inside = keys.containers.create(name='all', secrets={'it': found})
    inside.store()
    shown = keys.containers.get(inside.container_ref)
    assert shown.secrets['it'].payload == 'open sesame'
    consumers = keys.containers.register_consumer(
        inside.container_ref, 'me', 'http://me').consumers
    assert [one['name'] for one in consumers] == ['me']
    inside.delete()
    found.delete()
    assert keys.secrets.list() == []
