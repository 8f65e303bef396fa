# SPDX-License-Identifier: Apache-2.0
"""Secrets of tenants over HTTP, with the token of whoever asks."""

import base64

import pytest

from trove.cloud import barbican
from trove.cloud import ports
from trove.common import exception
from trove.tests.contract.cloud import real
from trove.tests.fixtures import certificates

PAYLOAD = b'\x00\xff' * 200
VERSION = {'OpenStack-API-Version': 'key-manager 1.1'}


class Tenant:
    """Somebody with secrets."""

    def __init__(self, place, user):
        self.keys = place.tenant(user).key_manager
        self.token = self.keys.session.get_token()
        self._made = []

    def store(self, payload=PAYLOAD):
        """The reference of a new secret."""
        return self.post('secret', {
            'payload': base64.b64encode(payload).decode(),
            'payload_content_type': 'application/octet-stream',
            'payload_content_encoding': 'base64'})

    def contain(self, *refs):
        """The reference of a container of these."""
        return self.post('container', {
            'type': 'generic', 'secret_refs': [
                {'name': 'it%d' % number, 'secret_ref': ref}
                for number, ref in enumerate(refs)]})

    def post(self, kind, document):
        """The reference of what is made of it."""
        ref = self.keys.post('/%ss' % kind, json=document).json()[
            kind + '_ref']
        self._made.append(ref)
        return ref

    def close(self):
        """Delete what was made, containers before what is in them."""
        for ref in reversed(self._made):
            self.keys.delete('/' + '/'.join(ref.split('/')[-2:]))

    def consumers(self, ref):
        """Who uses it."""
        path = '/'.join(ref.split('/')[-2:])
        return self.keys.get('/%s/consumers' % path, headers=VERSION
                             ).json()['consumers']


@pytest.fixture
def secrets(networked):
    if not networked.has_secrets:
        networked.used.update('secrets.' + method for method
                              in ports.Secrets.__abstractmethods__)
        real.not_available('a key manager')
    return networked.cloud.secrets


@pytest.fixture
def demo(networked, secrets):
    made = Tenant(networked, 'demo')
    yield made
    made.close()


def test_a_payload_is_given_to_its_owner(secrets, demo):
    assert secrets.payload(demo.token, demo.store(), 65536) == PAYLOAD


def test_a_passphrase_is_stored_as_text(secrets, demo):
    ref = demo.post('secret', {
        'payload': 'correct horse', 'payload_content_type': 'text/plain',
        'secret_type': 'passphrase'})
    assert secrets.payload(demo.token, ref, 65536) == b'correct horse'


def test_a_container_of_one_secret_stands_for_it(secrets, demo):
    one = demo.store()
    assert secrets.payload(demo.token, demo.contain(one), 65536) == PAYLOAD
    with pytest.raises(barbican.SecretRefused, match='2 secrets'):
        secrets.payload(demo.token, demo.contain(one, demo.store()), 65536)


def test_only_the_id_of_a_reference_counts(secrets, demo):
    id_ = demo.store().rsplit('/', 1)[1]
    for ref in ('http://169.254.169.254/v1/secrets/' + id_,
                'secrets/' + id_, 'https://elsewhere/x/v1/secrets/%s/' % id_):
        assert secrets.payload(demo.token, ref, 65536) == PAYLOAD


@pytest.mark.parametrize('ref', [
    'http://x/v1/secrets/', 'file:///etc/shadow', 'secrets/../x', '',
    'http://x/v1/secrets/%s/payload' % ('0' * 36),
    'http://x/v1/orders/00000000-0000-4000-8000-000000000000'])
def test_what_is_no_reference_is_not_asked_for(secrets, demo, ref):
    with pytest.raises(barbican.BadReference):
        secrets.payload(demo.token, ref, 65536)


def test_what_is_not_there_or_foreign_is_not_given(networked, secrets, demo):
    with pytest.raises(exception.NotFound):
        secrets.payload(demo.token, 'http://x/v1/secrets/'
                        '00000000-0000-4000-8000-000000000000', 65536)
    alt = Tenant(networked, 'alt')
    with pytest.raises((exception.NotFound, barbican.SecretRefused)):
        secrets.payload(alt.token, demo.store(), 65536)
    reader = Tenant(networked, 'reader')
    with pytest.raises(barbican.SecretRefused):
        secrets.payload(reader.token, demo.store(), 65536)


def test_a_long_payload_is_not_read_to_its_end(secrets, demo):
    with pytest.raises(barbican.SecretRefused, match='bytes'):
        secrets.payload(demo.token, demo.store(b'x' * 1000), 999)


def test_a_token_that_is_over_is_told(secrets, demo):
    with pytest.raises(barbican.SecretRefused):
        secrets.payload('no-such-token', demo.store(), 65536)


@pytest.mark.parametrize('kind', ['secret', 'container'])
def test_consumers_come_and_go(secrets, demo, kind):
    ref = demo.store()
    if kind == 'container':
        ref = demo.contain(ref)
    for _ in range(2):
        secrets.add_consumer(demo.token, ref, 'i-1')
    assert len(demo.consumers(ref)) == 1
    assert 'i-1' in str(demo.consumers(ref))
    for _ in range(2):
        secrets.remove_consumer(demo.token, ref, 'i-1')
    assert demo.consumers(ref) == []


def test_a_service_that_is_down_is_told(networked, secrets, demo):
    ref = demo.store()
    networked.proxy.fail('key-manager', 'GET .*', 'down', count=10)
    with pytest.raises(ports.CloudDown):
        secrets.payload(demo.token, ref, 65536)


def test_a_payload_is_read_over_tls_with_a_ca_file(networked, demo,
                                                   tmp_path):
    ref = demo.store()
    authority = certificates.Authority(tmp_path / 'ca')
    other = certificates.Authority(tmp_path / 'other', name='other CA')
    proxy = networked.another_proxy(
        certificate=authority.issue('cloud', address='127.0.0.1'))
    try:
        trusting, doubting = (networked.connect(
            proxy, service_credentials__cafile=one.file).secrets
            for one in (authority, other))
        assert trusting.payload(demo.token, ref, 65536) == PAYLOAD
        with pytest.raises(ports.CloudDown):
            doubting.payload(demo.token, ref, 65536)
    finally:
        proxy.close()
