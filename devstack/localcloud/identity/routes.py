# SPDX-License-Identifier: Apache-2.0
"""Keystone's paths and its version documents."""
from localcloud import web
from localcloud.identity import accounts
from localcloud.identity import auth
from localcloud.identity import catalog
from localcloud.identity import roles

VERSIONS = web.Routes('identity', '/identity')


def _version(call):
    return {'id': 'v3.14', 'status': 'stable',
            'updated': '2020-04-07T00:00:00Z',
            'media-types': [{
                'base': 'application/json',
                'type': 'application/vnd.openstack.identity-v3+json'}],
            'links': [{'rel': 'self', 'href': call.url('/identity/v3/')}]}


@VERSIONS.get('', '/', public=True)
def versions(call):
    """Which versions there are."""
    return 300, {'versions': {'values': [_version(call)]}}


@VERSIONS.get('/v3', '/v3/', public=True)
def version(call):
    """The one version."""
    return {'version': _version(call)}


def rules():
    """Every path of the identity service."""
    return [rule for routes in (VERSIONS, auth.ROUTES, accounts.ROUTES,
                                roles.ROUTES, catalog.ROUTES)
            for rule in routes.rules]
