# SPDX-License-Identifier: Apache-2.0
"""TLS: a client that verifies, modes that refuse, and the way back.

The certificate comes from the cloud's keeper of secrets; the client knows
the authority and the address of the server, and nothing else.
"""

import base64
import pathlib

import pytest

from trove.tests.conformance import test_rebuild
from trove.tests.fixtures import certificates
from trove.tests.fixtures import encryption

pytestmark = pytest.mark.needs('tls', 'users')

_VERSION = {'OpenStack-API-Version': 'key-manager 1.1'}


class Tls:
    """TLS of one server, as its tenant asks for it."""

    def __init__(self, server, authority):
        self._server = server
        self._cloud = server.tenant.cloud
        self.authority = authority

    def call(self, method, path='/ssl', **body):
        """(status, body) of a request below the instance."""
        answer = self._cloud.session.request(
            '/instances/%s%s' % (self._server.id, path), method,
            json=body or None, raise_exc=False, endpoint_filter={
                'service_type': 'database', 'interface': 'public'})
        return answer.status_code, answer.json()

    def show(self, query=''):
        """The state."""
        return self.call('GET', '/ssl' + query)[1]['ssl']

    def act(self, **asked):
        """Change it, and restart if that is needed; the answer."""
        status, body = self.call('POST', ssl=asked)
        assert status == 200, body
        if body['ssl']['restart_required']:
            found = self._server.show()
            assert found.status == 'RESTART_REQUIRED'
            self._server.trove.instances.restart(self._server.id)
        self._server.well()
        return body['ssl']

    def store(self, authority=None):
        """The reference of a bundle for the server's address."""
        bundle = encryption.bundle(authority or self.authority, 'db.example',
                                   self._server.host, b'opener')
        return {'container_ref': self._secret(bundle),
                'password_ref': self._secret(b'opener')}

    def _secret(self, payload):
        return self._cloud.key_manager.post('/secrets', json={
            'name': 'conformance',
            'payload': base64.b64encode(payload).decode(),
            'payload_content_type': 'application/octet-stream',
            'payload_content_encoding': 'base64'}).json()['secret_ref']

    def consumers(self, ref):
        """Ids of those that use a secret."""
        path = '/secrets/%s/consumers' % ref.rsplit('/', 1)[1]
        return [one['resource_id'] for one in self._cloud.key_manager.get(
            path, headers=_VERSION).json()['consumers']]

    def gets_in(self, how):
        """Whether a client gets in like this."""
        return self._server.lets_in(**how)

    def plain(self):
        """Whether a client gets in without TLS."""
        return self.gets_in(self._server.witness.plain())

    def verified(self, authority=None, certificate=None):
        """Whether one does that verifies the server."""
        return self.gets_in(self._server.witness.verified(
            (authority or self.authority).file, certificate))


@pytest.fixture(scope='module')
def tls(server, tmp_path_factory):
    return Tls(server, certificates.Authority(
        tmp_path_factory.mktemp('ca'), 'conformance'))


def test_a_certificate_of_the_tenants(server, tls, tmp_path):
    assert tls.show()['mode'] == 'builtin'
    given = tls.store()
    tls.act(enable=True, mode='basic', **given)
    shown = tls.show('?include_certificate=true')
    assert (shown['status'], shown['mode']) == ('on', 'basic')
    assert shown['certificate']['san'] == ['IP:' + server.host]
    assert 'PRIVATE' not in str(shown)
    assert tls.plain()
    assert tls.verified()
    stranger = certificates.Authority(tmp_path / 'stranger', 'stranger')
    assert not tls.verified(stranger)
    assert tls.consumers(given['container_ref']) == [server.id]


def test_enforced_refuses_whoever_does_not_encrypt(server, tls):
    tls.act(enable=True, mode='enforced', **tls.store())
    assert not tls.plain()
    assert tls.verified()
    assert server.well()


def test_mtls_refuses_whoever_shows_no_certificate(server, tls):
    tls.act(enable=True, mode='mtls', **tls.store())
    assert not tls.plain()
    assert not tls.verified()
    # The engine of some holds the name in it against the user's.
    assert tls.verified(certificate=tls.authority.issue('app'))
    restarted = server.trove.instances.restart(server.id)
    server.well()
    assert restarted is None
    assert not tls.verified()


def test_rollback_leads_back_once(server, tls, tmp_path):
    other = certificates.Authority(tmp_path / 'other', 'other')
    tls.act(enable=True, mode='enforced', **tls.store())
    given = tls.store(other)
    tls.act(enable=True, mode='enforced', **given)
    assert tls.verified(other)
    assert not tls.verified()
    assert tls.act(rollback=True)['mode'] == 'enforced'
    assert tls.verified()
    assert not tls.verified(other)
    assert tls.consumers(given['container_ref']) == []
    assert tls.call('POST', ssl={'rollback': True})[0] == 400


def test_a_rebuilt_server_encrypts_and_has_its_modules(
        server, tls, operator):
    trove, module = server.trove, server.trove.modules.create(
        'stays', 'ping', 'message = still here')
    tls.act(enable=True, mode='enforced', **tls.store())
    trove.instances.module_apply(server.id, [module.id])
    image = test_rebuild.copy_of(operator, test_rebuild.image_of(
        operator, server))
    try:
        operator.trove.mgmt_instances.rebuild(server.id, image.id)
        server.well()
        assert not tls.plain()
        assert tls.verified()
        [said] = trove.instances.module_query(server.id)
        assert (said.id, said.message) == (module.id, 'still here')
    finally:
        trove.instances.module_remove(server.id, module.id)
        trove.modules.delete(module.id)
        operator.cloud.image.delete_image(image.id)


def test_no_secret_lies_with_the_data(server, machine):
    """Whoever gets a copy of the volume gets no key and no password."""
    volume = pathlib.PurePosixPath(server.witness.inside.data_folder).parent
    given = server.trove.root.create(server.id)[1]
    server.trove.root.delete(server.id)
    assert not machine.holding(str(volume), b' PRIVATE KEY-----',
                               server.password.encode(), given.encode())


def test_a_bundle_that_is_none_changes_nothing(server, tls):
    before = tls.show()
    ref = tls._secret(b'nonsense')
    status, body = tls.call('POST', ssl={'enable': True,
                                         'container_ref': ref})
    assert status == 400, body
    assert tls.show() == before
    assert server.well()


def test_off_where_the_engine_can_be_without(server, tls):
    status, body = tls.call('POST', ssl={'disable': True})
    if status == 400:
        assert 'Not supported' in str(body)
        return
    if body['ssl']['restart_required']:
        server.trove.instances.restart(server.id)
    server.well()
    assert tls.plain()
    assert not tls.verified()
    assert tls.show()['status'] == 'off'
