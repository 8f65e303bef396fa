# SPDX-License-Identifier: Apache-2.0
"""Accounts of tenants, through Swift, with the token of who asks.

Nothing is fetched or written here: guests do that. We only see to it that
the token opens the account, so that the caller is told at once. A guest has
no other token than the caller's, which must be good by itself.
"""

from keystoneauth1 import exceptions as ksa_errors

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception


class NoObjectStore(exception.NotSupported):
    """The cloud has no object store that the caller could use."""

    template = 'This cloud has no object store for you.'


class SwiftObjects(ports.ObjectStore):
    """Finds the account in the catalogue of the caller's token.

    Keystone is asked for it when it is needed: to carry it along with each
    request would cost all of them.
    """

    def __init__(self, session, conf, callers):
        self._session = session
        self._conf = conf
        self._callers = callers

    def account(self, ctx):
        """The caller's account, which answers."""
        url = self._url(ctx)
        try:
            self._session.request(
                url, 'HEAD', auth=self._callers.auth(ctx.auth_token, url),
                headers={'X-Trans-Id-Extra': ctx.request_id})
        except (ksa_errors.Unauthorized, ksa_errors.Forbidden) as error:
            raise exception.Forbidden(
                reason='your token does not open your account of the '
                       'object store') from error
        except ksa_errors.ClientException as error:
            raise _away(error) from error
        return resources.Account(url=url, guest_url=self._for_guests(url),
                                 token=ctx.auth_token)

    def _url(self, ctx):
        if self._conf.swift_url:
            if self._callers.vouched:
                # Swift would not tell us that the token has run out.
                self._catalog(ctx.auth_token)
            return '%s/AUTH_%s' % (self._conf.swift_url.rstrip('/'),
                                   ctx.project_id)
        region = self._conf.service_credentials.region_name
        interface = self._conf.swift_endpoint_type.removesuffix('URL')
        for service in self._catalog(ctx.auth_token):
            if service.get('type') != self._conf.swift_service_type:
                continue
            for endpoint in service.get('endpoints', ()):
                if (endpoint.get('interface') == interface
                        and endpoint.get('region') in (None, region)):
                    return endpoint['url'].rstrip('/')
        raise NoObjectStore()

    def _catalog(self, token):
        try:
            answer = self._session.get(
                self._conf.service_credentials.auth_url.rstrip('/')
                + '/auth/tokens', authenticated=False, log=False,
                headers={'X-Auth-Token': token, 'X-Subject-Token': token})
            return answer.json()['token'].get('catalog', ())
        except (ksa_errors.Unauthorized, ksa_errors.NotFound) as error:
            raise exception.Forbidden(
                reason='your token is no longer good') from error
        except (ksa_errors.ClientException, ValueError, KeyError) as error:
            raise exception.Unavailable(
                'Keystone does not tell where the object store is.'
            ) from error

    def _for_guests(self, url):
        base = self._conf.guest_swift_url
        if not base:
            return url
        return '%s/%s' % (base.rstrip('/'), url.rpartition('/')[2])


def _away(reason):
    return exception.Unavailable('The object store does not answer: %s'
                                 % ' '.join(str(reason).split())[:200])
