# SPDX-License-Identifier: Apache-2.0
"""Barbican's paths and its version documents."""
from localcloud import web
from localcloud.keymanager import acls
from localcloud.keymanager import consumers
from localcloud.keymanager import containers
from localcloud.keymanager import secrets

VERSIONS = web.Routes('key-manager', '/key-manager')


def _version(call):
    return {'id': 'v1', 'status': 'CURRENT', 'min_version': '1.0',
            'max_version': '1.1', 'updated': '2021-02-10T00:00:00Z',
            'links': [{'rel': 'self', 'href': call.url('/key-manager/v1/')}],
            'media-types': [{
                'base': 'application/json',
                'type': 'application/vnd.openstack.key-manager-v1+json'}]}


@VERSIONS.get('', public=True)
def versions(call):
    """Which versions there are."""
    return 300, {'versions': [_version(call)]}


@VERSIONS.get('/v1', public=True)
def version(call):
    """The one version."""
    return {'version': _version(call)}


def rules():
    """Every path of the key manager."""
    return [rule for routes in (
        VERSIONS, secrets.ROUTES, containers.ROUTES, consumers.ROUTES,
        acls.ROUTES) for rule in routes.rules]
