# SPDX-License-Identifier: Apache-2.0
"""Nova's paths and its version documents."""
from localcloud import microversions
from localcloud import web
from localcloud.compute import actions
from localcloud.compute import attachments
from localcloud.compute import flavors
from localcloud.compute import groups
from localcloud.compute import history
from localcloud.compute import interfaces
from localcloud.compute import keypairs
from localcloud.compute import labels
from localcloud.compute import operators
from localcloud.compute import servers
from localcloud.compute import work  # noqa: F401  registers its jobs

VERSIONS = web.Routes('compute', '/compute')


def _version(call):
    _, lowest, highest = microversions.SPOKEN['compute']
    return {'id': 'v2.1', 'status': 'CURRENT',
            'updated': '2013-07-23T11:33:21Z',
            'min_version': microversions.text(lowest),
            'version': microversions.text(highest),
            'media-types': [{
                'base': 'application/json',
                'type': 'application/vnd.openstack.compute+json;'
                        'version=2.1'}],
            'links': [{'rel': 'self', 'href': call.url('/compute/v2.1/')}]}


@VERSIONS.get('', public=True)
def versions(call):
    """Which versions there are."""
    return {'versions': [_version(call)]}


@VERSIONS.get('/v2.1', public=True)
def version(call):
    """The one version."""
    return {'version': _version(call)}


def rules():
    """Every path of the compute service."""
    return [rule for routes in (
        VERSIONS, servers.ROUTES, actions.ROUTES, interfaces.ROUTES,
        attachments.ROUTES, labels.ROUTES, flavors.ROUTES, keypairs.ROUTES,
        groups.ROUTES, operators.ROUTES, history.ROUTES)
        for rule in routes.rules]
