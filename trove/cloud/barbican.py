# SPDX-License-Identifier: Apache-2.0
"""Secrets of tenants, through Barbican, with the tenant's own token.

A reference is a URL that a tenant wrote. It is never called: the id is taken
out of it, and asked for at the address that the catalogue gives.
"""

import json
import re

from keystoneauth1 import exceptions as ksa_errors

from trove.cloud import errors
from trove.cloud import ports
from trove.common import exception

_REFERENCE = re.compile(
    r'(?:https?://[^\s?#]{1,400}/)?(?:v1/)?(secrets|containers)/'
    r'([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})/?')

_SERVICE = 'Barbican'

#: What we are called in lists of consumers.
_CONSUMER = 'database'
_RESOURCE = 'instance'

_VERSION = {'OpenStack-API-Version': 'key-manager 1.1'}

#: What a secret can be stored as; Barbican gives it as that alone.
_BINARY, _TEXT = 'application/octet-stream', 'text/plain'

#: Longest document about a container that is read.
_MOST_JSON = 262144


class BadReference(exception.BadRequest):
    """This names nothing in Barbican."""

    template = ('%(ref)s is no reference of Barbican, such as '
                'https://.../v1/secrets/<id>.')


class SecretRefused(exception.BadRequest):
    """The caller may not have the secret, or it is not there."""

    template = 'Barbican does not give %(ref)s to you: %(reason)s'


class OtherType(SecretRefused):
    """The secret is there, but not as what it was asked for."""


class BarbicanSecrets(ports.Secrets):
    """Barbican v1; consumers of secrets need its microversion 1.1."""

    def __init__(self, session, endpoint, callers):
        self._session = session
        self._endpoint = endpoint
        self._callers = callers

    def payload(self, token, ref, most_bytes):
        """A secret's payload; of a container with one secret, that one's."""
        kind, id_ = _parse(ref)
        if kind == 'containers':
            id_ = self._only_secret(token, ref, id_)
        path = '/v1/secrets/%s/payload' % id_
        try:
            return self._read(token, ref, path, _BINARY, most_bytes)
        except OtherType:
            # A passphrase, as a rule.
            return self._read(token, ref, path, _TEXT, most_bytes)

    def add_consumer(self, token, ref, instance_id):
        """Register the instance; again is harmless."""
        kind, id_ = _parse(ref)
        self._call(token, ref, 'POST', '/v1/%s/%s/consumers' % (kind, id_),
                   json=_consumer(kind, instance_id), headers=_VERSION)

    def remove_consumer(self, token, ref, instance_id):
        """Take the registration away; one that is gone is fine."""
        kind, id_ = _parse(ref)
        try:
            self._call(token, ref, 'DELETE',
                       '/v1/%s/%s/consumers' % (kind, id_),
                       json=_consumer(kind, instance_id), headers=_VERSION)
        except exception.NotFound:
            return

    def _only_secret(self, token, ref, container_id):
        text = self._read(token, ref, '/v1/containers/%s' % container_id,
                          'application/json', _MOST_JSON)
        try:
            refs = [one['secret_ref']
                    for one in json.loads(text)['secret_refs']]
        except (ValueError, KeyError, TypeError) as error:
            raise errors.no_answer(_SERVICE, error) from error
        if len(refs) != 1:
            raise SecretRefused(
                ref=ref, reason='the container holds %d secrets, where one, '
                'the PKCS#12 bundle, is expected.' % len(refs))
        return _parse(refs[0])[1]

    def _read(self, token, ref, path, accept, most_bytes):
        answer = self._call(token, ref, 'GET', path, stream=True, headers={
            'Accept': accept, 'Accept-Encoding': 'identity'})
        try:
            # Raw: what a server packed is not unpacked here.
            body = answer.raw.read(most_bytes + 1, decode_content=False)
        except OSError as error:
            raise errors.no_answer(_SERVICE, error) from error
        finally:
            answer.close()
        if len(body) > most_bytes:
            raise SecretRefused(
                ref=ref, reason='it has more than %d bytes.' % most_bytes)
        return body

    def _call(self, token, ref, method, path, **how):
        base = self._base()
        try:
            return self._session.request(
                base + path, method, log=False,
                auth=self._callers.auth(token, base), **how)
        except ksa_errors.HttpError as error:
            raise _told(ref, error) from error
        except ksa_errors.ClientException as error:
            raise errors.no_answer(_SERVICE, error) from error

    def _base(self):
        try:
            found = self._endpoint['endpoint_override'] or (
                self._session.get_endpoint(
                    service_type=self._endpoint['service_type'],
                    interface=self._endpoint['interface'],
                    region_name=self._endpoint['region_name']))
        except ksa_errors.ClientException as error:
            # It is our account that has no answer, not the caller.
            raise errors.no_answer('Keystone', error) from error
        if not found:
            raise exception.NotSupported(feature='Fetching certificates',
                                         subject='a cloud without Barbican')
        return found.rstrip('/').removesuffix('/v1')


def _parse(ref):
    match = _REFERENCE.fullmatch(ref)
    if match is None:
        raise BadReference(ref=ref)
    return match[1], match[2].lower()


def _consumer(kind, instance_id):
    if kind == 'containers':
        return {'name': 'trove', 'URL': 'trove://instances/' + instance_id}
    return {'service': _CONSUMER, 'resource_type': _RESOURCE,
            'resource_id': instance_id}


def _told(ref, error):
    status = error.http_status
    if status == 404:
        return exception.NotFound('%s: there is no %s.' % (_SERVICE, ref))
    if status in (401, 403, 406):
        refused = OtherType if status == 406 else SecretRefused
        return refused(ref=ref, reason=' '.join(
            str(error.message).split())[:200])
    return errors.of_status(_SERVICE, status, error.message)
