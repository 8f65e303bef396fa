# SPDX-License-Identifier: Apache-2.0
"""Tokens and accounts, through keystoneauth, the SDK, auth_token."""
import sqlite3

import keystoneauth1.exceptions
import keystonemiddleware.auth_token
import openstack.exceptions
import pytest
import requests
import webob

from localcloud.identity import tokens


def _token(site, user, **more):
    """A token's name and what the answer says of it."""
    body = {'auth': dict({'identity': {
        'methods': ['password'], 'password': {'user': {
            'name': user, 'domain': {'id': 'default'},
            'password': site.password(user)}}}}, **more)}
    answer = requests.post(f'{site.auth_url}/auth/tokens', json=body,
                           timeout=5)
    assert answer.status_code == 201, answer.text
    return answer.headers['X-Subject-Token'], answer.json()['token']


def test_a_token_says_who_where_what_and_how_long(site):
    _, token = _token(site, 'demo')
    assert token['user']['name'] == 'demo'
    assert token['project']['name'] == 'demo'
    assert [r['name'] for r in token['roles']] == ['member', 'reader']
    kinds = {entry['type'] for entry in token['catalog']}
    assert kinds >= {'identity', 'compute', 'volumev3', 'block-storage',
                     'image', 'network', 'object-store', 'database'}
    database = [e for e in token['catalog'] if e['type'] == 'database'][0]
    assert database['endpoints'][0]['url'] == (
        f'http://127.0.0.1:8779/v1.0/{token["project"]["id"]}')


def test_the_catalogue_has_the_address_by_which_the_client_came(site):
    port = site.cloud.port
    body = {'auth': {'identity': {'methods': ['password'], 'password': {
        'user': {'name': 'demo', 'domain': {'id': 'default'},
                 'password': site.password('demo')}}}}}
    answer = requests.post(f'http://localhost:{port}/identity/v3/auth/tokens',
                           json=body, timeout=5)
    urls = [e['endpoints'][0]['url']
            for e in answer.json()['token']['catalog']
            if e['type'] == 'compute']
    assert urls == [f'http://localhost:{port}/compute/v2.1']


@pytest.mark.parametrize('change', [
    {'password': 'wrong'}, {'username': 'nobody'},
    {'project_name': 'alt'}, {'project_name': 'none'}])
def test_who_is_not_entitled_gets_no_token(site, change):
    credentials = dict(site.credentials('demo'), **change)
    connection = openstack.connect(region_name='RegionOne', **credentials)
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        connection.session.get_token()


def test_without_a_token_nothing_is_answered(site):
    for path in ('/compute/v2.1/servers', '/network/v2.0/ports',
                 '/image/v2/images', '/identity/v3/projects', '/faults'):
        assert requests.get(site.url + path,
                            timeout=5).status_code == 401
        assert requests.get(site.url + path, timeout=5, headers={
            'X-Auth-Token': 'made-up'}).status_code == 401


def test_a_reader_sees_and_changes_nothing(site):
    reader = site.connect('reader')
    assert [n.name for n in reader.network.networks()] == [
        'private', 'public']
    with pytest.raises(openstack.exceptions.ForbiddenException):
        reader.block_storage.create_volume(name='x', size=1)
    with pytest.raises(openstack.exceptions.ForbiddenException):
        reader.object_store.create_container('x')


def test_secrets_are_stored_hashed_only(site):
    name, _ = _token(site, 'demo')
    database = sqlite3.connect(site.settings.state / 'cloud.sqlite')
    dump = '\n'.join(database.iterdump())
    assert name not in dump
    for user in ('admin', 'demo', 'trove'):
        assert site.password(user) not in dump
    mode = (site.root / 'admin.password').stat().st_mode
    assert mode & 0o077 == 0


def test_accounts_roles_and_tokens_follow_each_other(site, admin):
    identity = admin.identity
    project = identity.create_project(name='shop')
    user = identity.create_user(name='ann', password='pw')
    member = identity.find_role('member')
    identity.assign_project_role_to_user(project, user, member)
    ann = openstack.connect(
        region_name='RegionOne', auth_url=site.auth_url, username='ann',
        password='pw', project_name='shop', user_domain_id='default',
        project_domain_id='default')
    assert not list(ann.compute.servers())
    names = {a.scope['project']['id'] for a in
             identity.role_assignments(user_id=user.id)}
    assert names == {project.id}
    identity.unassign_project_role_from_user(project, user, member)
    with pytest.raises(keystoneauth1.exceptions.Unauthorized):
        list(ann.compute.servers())
    identity.delete_user(user)
    identity.delete_project(project)
    assert identity.find_user('ann') is None


def test_only_admins_manage_accounts(demo):
    with pytest.raises(openstack.exceptions.ForbiddenException):
        demo.identity.create_user(name='eve')
    assert [p.name for p in demo.identity.projects()] == ['demo']


def _guarded(site, **more):
    """An application behind auth_token, as trove-api is."""
    @webob.dec.wsgify
    def inner(request):
        return webob.Response(json_body={
            'user': request.headers.get('X-User-Name'),
            'project': request.headers.get('X-Project-Name'),
            'roles': request.headers.get('X-Roles')})
    trove = site.credentials('trove')
    return keystonemiddleware.auth_token.AuthProtocol(inner, dict({
        'auth_type': 'password', 'www_authenticate_uri': site.auth_url,
        'service_token_roles_required': True,
        'service_token_roles': 'service'}, **trove, **more))


def _ask(application, **headers):
    request = webob.Request.blank('/', headers={
        name.replace('_', '-'): value for name, value in headers.items()})
    return request.get_response(application)


def test_keystonemiddleware_knows_the_caller(site):
    application = _guarded(site)
    name, _ = _token(site, 'demo')
    answer = _ask(application, X_Auth_Token=name)
    assert answer.json == {'user': 'demo', 'project': 'demo',
                           'roles': 'member,reader'}
    assert _ask(application, X_Auth_Token='made-up').status_int == 401
    assert _ask(application).status_int == 401


def test_an_expired_token_is_good_beside_a_service_token_only(site):
    application = _guarded(site)
    user = site.cloud.store.find('user', name='demo')[0]
    project = site.cloud.store.find('project', name='demo')[0]
    object.__setattr__(site.cloud.settings, 'token_hours', -1.0)
    expired, _ = tokens.issue(site.cloud, user, ['password'], project)
    object.__setattr__(site.cloud.settings, 'token_hours', 1.0)
    service, _ = _token(site, 'trove')
    assert _ask(application, X_Auth_Token=expired).status_int == 401
    answer = _ask(application, X_Auth_Token=expired,
                  X_Service_Token=service)
    assert answer.status_int == 200
    assert requests.get(
        f'{site.url}/compute/v2.1/servers', timeout=5,
        headers={'X-Auth-Token': expired}).status_code == 401
    assert requests.get(
        f'{site.url}/compute/v2.1/servers', timeout=5, headers={
            'X-Auth-Token': expired,
            'X-Service-Token': service}).status_code == 200


def test_services_here_take_service_tokens_as_keystonemiddleware_does(site):
    mine, _ = _token(site, 'demo')
    service, _ = _token(site, 'trove')
    other, _ = _token(site, 'alt')
    for beside, status in ((service, 200), (other, 401), ('made-up', 401)):
        assert requests.get(
            f'{site.url}/compute/v2.1/servers', timeout=5, headers={
                'X-Auth-Token': mine, 'X-Service-Token': beside},
        ).status_code == status
    # Keystone does not look at it.
    assert requests.get(
        f'{site.auth_url}/auth/tokens', timeout=5, headers={
            'X-Auth-Token': mine, 'X-Subject-Token': mine,
            'X-Service-Token': 'made-up'}).status_code == 200


def test_a_revoked_token_is_no_good(site):
    name, _ = _token(site, 'demo')
    headers = {'X-Auth-Token': name, 'X-Subject-Token': name}
    url = f'{site.auth_url}/auth/tokens'
    assert requests.get(url, headers=headers, timeout=5).status_code == 200
    assert requests.delete(url, headers=headers,
                           timeout=5).status_code == 204
    assert requests.get(url, headers=headers, timeout=5).status_code == 401


def test_tenants_may_not_look_into_the_tokens_of_others(site):
    mine, _ = _token(site, 'alt')
    theirs, _ = _token(site, 'demo')
    answer = requests.get(f'{site.auth_url}/auth/tokens', timeout=5,
                          headers={'X-Auth-Token': mine,
                                   'X-Subject-Token': theirs})
    assert answer.status_code == 403


@pytest.mark.parametrize('path', [
    '/identity', '/identity/v3', '/compute', '/compute/v2.1', '/volume',
    '/volume/v3/', '/image', '/image/versions', '/network',
    '/network/v2.0/', '/info', '/healthcheck'])
def test_version_documents_need_no_token(site, path):
    answer = requests.get(site.url + path, timeout=5)
    assert answer.status_code in (200, 300)
    assert answer.json()
