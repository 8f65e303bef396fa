# SPDX-License-Identifier: Apache-2.0
"""Certificates in a cloud's key manager, and an instance that serves one."""

import base64

from keystoneauth1 import exceptions as ksa_errors

from trove.tests.contract.cloud import real
from trove.tests.fixtures import certificates
from trove.tests.fixtures import encryption

_VERSION = {'OpenStack-API-Version': 'key-manager 1.1'}


class Keeper:
    """What a tenant has in the key manager; all of it goes at the end."""

    def __init__(self, tenant):
        self._keys = tenant.cloud.key_manager
        self._made = []
        try:
            found = self._keys.get_endpoint()
        except ksa_errors.ClientException:
            found = None
        if not found:
            real.not_available('a key manager')

    def store(self, payload):
        """The reference of a new secret."""
        answer = self._keys.post('/secrets', json={
            'payload': base64.b64encode(payload).decode(),
            'payload_content_type': 'application/octet-stream',
            'payload_content_encoding': 'base64'})
        self._made.append(answer.json()['secret_ref'])
        return self._made[-1]

    def consumers(self, ref):
        """Ids of those that use a secret."""
        answer = self._keys.get('/secrets/%s/consumers' % _id(ref),
                                headers=_VERSION)
        return [one['resource_id'] for one in answer.json()['consumers']]

    def close(self):
        """Delete what was stored."""
        for ref in self._made:
            self._keys.delete('/secrets/' + _id(ref))


class Tls:
    """TLS of one instance, as its tenant asks for it."""

    def __init__(self, life, keeper, directory):
        self._life = life
        self._keeper = keeper
        self._authority = certificates.Authority(directory)
        #: For clients that verify.
        self.verified = {'ca': self._authority.file, 'check_hostname': True}

    def bundle(self):
        """References of a bundle for the public address, and its password."""
        made = encryption.bundle(self._authority, 'db.example',
                                 self._life.host(), b'opener')
        return {'container_ref': self._keeper.store(made),
                'password_ref': self._keeper.store(b'opener')}

    def change(self, **asked):
        """Change it, and restart where that is needed."""
        tenant = self._life.tenant
        answer = tenant.cloud.session.post(
            f'/instances/{self._life.id}/ssl', json={'ssl': asked},
            endpoint_filter={'service_type': 'database',
                             'interface': 'public'})
        if answer.json()['ssl']['restart_required']:
            tenant.trove.instances.restart(self._life.id)
        tenant.well(self._life.id)


def _id(ref):
    return ref.rsplit('/', 1)[1]
