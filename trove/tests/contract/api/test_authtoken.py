# SPDX-License-Identifier: Apache-2.0
"""The pipeline with the real keystonemiddleware, against a small Keystone."""

import datetime
import json
import threading

import pytest
from keystoneauth1 import loading
from keystonemiddleware import auth_token
from werkzeug import test
from werkzeug import wrappers

from trove.api import deploy
from trove.tests.fixtures import api
from trove.tests.fixtures import hearing

SERVICE_TOKEN = 'token-of-the-service'
SERVICE_PASSWORD = 'word-of-the-service'
GOOD = 'token-of-somebody'


class Keystone:
    """Discovery, tokens for the service, validation of others."""

    def __init__(self):
        self.validations = 0
        self.down = False
        self.speaks = threading.Event()
        self.speaks.set()
        self.known = {
            'good': self._token('member', 60),
            GOOD: self._token('member', 60),
            'expired': self._token('member', -60),
            'of-a-service': self._token('service', 60),
            'nobody': self._token('', 60, unscoped=True)}
        self.url = None

    @staticmethod
    def _token(role, minutes, unscoped=False):
        now = datetime.datetime.now(datetime.UTC)
        ends = now + datetime.timedelta(minutes=minutes)
        domain = {'id': 'default', 'name': 'Default'}
        token = {'methods': ['password'],
                 'user': {'id': 'user-1', 'name': 'ann', 'domain': domain},
                 'issued_at': now.strftime('%Y-%m-%dT%H:%M:%S.000000Z'),
                 'expires_at': ends.strftime('%Y-%m-%dT%H:%M:%S.000000Z')}
        if not unscoped:
            token['project'] = {'id': api.PROJECT, 'name': 'shop',
                                'domain': domain}
            token['roles'] = [{'id': role, 'name': role}]
        return {'token': token}

    @wrappers.Request.application
    def __call__(self, request):
        """Answer one request."""
        self.speaks.wait()
        if self.down:
            return wrappers.Response(status=503)
        if request.path.endswith('/auth/tokens'):
            if request.method == 'POST':
                token = self._token('service', 60)
                token['token']['catalog'] = self._catalog()
                return self._json(token, 201,
                                  {'X-Subject-Token': SERVICE_TOKEN})
            return self._validate(request)
        return self._json({'versions': {'values': [{
            'id': 'v3.14', 'status': 'stable',
            'updated': '2020-04-07T00:00:00Z',
            'links': [{'rel': 'self', 'href': self.url + '/v3/'}],
            'media-types': [{
                'base': 'application/json', 'type':
                'application/vnd.openstack.identity-v3+json'}]}]}}, 300)

    def _catalog(self):
        return [{'type': 'identity', 'name': 'keystone', 'id': 'k',
                 'endpoints': [{'id': 'e', 'interface': 'public',
                                'region': 'R', 'region_id': 'R',
                                'url': self.url + '/v3'}]}]

    def _validate(self, request):
        self.validations += 1
        assert request.headers['X-Auth-Token'] == SERVICE_TOKEN
        token = self.known.get(request.headers['X-Subject-Token'])
        if token is None:
            return self._json({'error': {'code': 404}}, 404)
        return self._json(token)

    @staticmethod
    def _json(body, status=200, headers=None):
        return wrappers.Response(
            json.dumps(body), status=status, headers=headers,
            content_type='application/json')


@pytest.fixture
def keystone(serve):
    """A Keystone on a loopback port."""
    found = Keystone()
    found.url = serve(found)
    return found


@pytest.fixture
def client(service, keystone):
    """A client of the whole pipeline."""
    conf = service.conf
    for group, options in auth_token.AUTH_TOKEN_OPTS:
        conf.register_opts(options, group=group)
    group = 'keystone_authtoken'
    loading.register_auth_conf_options(conf, group)
    conf.set_override('auth_type', 'password', group)
    conf.register_opts(loading.get_auth_plugin_conf_options('password'),
                       group=group)
    for name, value in (
            ('auth_url', keystone.url), ('username', 'trove'),
            ('password', SERVICE_PASSWORD), ('project_name', 'service'),
            ('user_domain_name', 'Default'),
            ('project_domain_name', 'Default'),
            ('www_authenticate_uri', 'http://keystone.example/v3'),
            ('interface', 'public'), ('service_token_roles_required', True)):
        conf.set_override(name, value, group)
    return test.Client(deploy.build(service.deps))


def call(client, token, beside=None):
    """The answer to a list request with this token, and a service's."""
    headers = {'X-Auth-Token': token} if token else {}
    if beside:
        headers['X-Service-Token'] = beside
    return client.get('/v1.0/%s/instances' % api.PROJECT, headers=headers)


def test_a_good_token_is_validated_once(client, keystone):
    for _ in range(5):
        assert call(client, 'good').json == {'instances': []}
    assert keystone.validations == 1


def test_neither_tokens_nor_the_services_password_are_logged(
        client, caplog):
    with hearing.everything(caplog):
        assert call(client, GOOD).status_code == 200
        assert call(client, GOOD + 'x').status_code == 401
    assert 'auth/tokens' in caplog.text, 'keystoneauth was not heard'
    for secret in (GOOD, SERVICE_TOKEN, SERVICE_PASSWORD):
        assert secret not in caplog.text


@pytest.mark.parametrize('token', [None, 'unknown', 'expired', 'a\tb'])
def test_a_bad_token_gets_the_envelope_and_the_way_to_keystone(
        client, token):
    answer = call(client, token)
    assert api.error(answer)[:2] == (401, 'unauthorized')
    assert answer.headers['WWW-Authenticate'] == (
        'Keystone uri="http://keystone.example/v3"')
    assert answer.headers['x-openstack-request-id'].startswith('req-')


def test_an_expired_token_is_good_beside_that_of_a_service_alone(client):
    for beside, status in (('of-a-service', 200), (None, 401),
                           ('good', 401), ('unknown', 401)):
        assert call(client, 'expired', beside).status_code == status
    assert call(client, 'good', 'of-a-service').status_code == 200
    assert call(client, 'good', 'unknown').status_code == 401


def test_a_token_without_a_project_is_forbidden(client):
    assert api.error(call(client, 'nobody'))[:2] == (403, 'forbidden')


def test_headers_that_claim_an_identity_are_dropped(client):
    answer = client.get(
        '/v1.0/%s/mgmt/instances' % api.PROJECT, headers={
            'X-Auth-Token': 'good', 'X-Roles': 'admin', 'X-Role': 'admin',
            'X-Project-Id': api.PROJECT, 'X-Tenant-Id': api.PROJECT})
    assert api.error(answer)[0] == 403
    answer = client.get(
        '/v1.0/%s/instances' % api.PROJECT, headers={
            'X-Auth-Token': 'nobody', 'X-Project-Id': api.PROJECT,
            'X-Tenant-Id': api.PROJECT, 'X-Roles': 'admin'})
    assert api.error(answer)[0] == 403


@pytest.mark.parametrize('known', [False, True])
def test_a_keystone_that_says_nothing_holds_up_nobody_for_long(
        service, client, keystone, known):
    assert service.conf.keystone_authtoken.http_connect_timeout == 10
    for name, value in (('http_connect_timeout', 1),
                        ('http_request_max_retries', 0)):
        service.conf.set_override(name, value, 'keystone_authtoken')
    client = test.Client(deploy.build(service.deps))
    if known:   # a timeout is another failure then
        assert call(client, 'good').status_code == 200
    keystone.speaks.clear()
    try:
        assert api.error(call(client, 'fresh'))[:2] == (
            503, 'serviceUnavailable')
    finally:
        keystone.speaks.set()


def test_documents_need_no_keystone(client, keystone):
    keystone.down = True
    assert client.get('/').status_code == 200
    assert client.get('/v1.0').status_code == 200
    assert client.get('/healthcheck').status_code == 200
    answer = call(client, 'fresh')
    assert api.error(answer)[:2] == (503, 'serviceUnavailable')
    assert 'Retry-After' not in answer.headers
