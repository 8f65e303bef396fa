# SPDX-License-Identifier: Apache-2.0
"""Paths that clients know and this release does not serve: 501.

Old clients read a 404 as "no such object"; 501 tells them the truth.
"""

from trove.common import exception


class NotBuilt(exception.NotSupported):
    """The route is known, the feature is absent."""

    template = 'This feature is not supported by this deployment.'


def refuse(request):
    """Answer 501."""
    raise NotBuilt()


_ONE = '/instances/{id}'
_MDS = '/mgmt/datastores/{datastore}/versions/{version}'

#: (method, path, rules)
ROUTES = (
    ('GET', _ONE + '/metadata', 'instance:show'),
    ('GET', _ONE + '/metadata/{key}', 'instance:show'),
    ('POST', _ONE + '/metadata/{key}', 'instance:update'),
    ('PUT', _ONE + '/metadata/{key}', 'instance:update'),
    ('PATCH', _ONE + '/metadata/{key}', 'instance:update'),
    ('DELETE', _ONE + '/metadata/{key}', 'instance:update'),
    ('GET', '/security-groups', 'instance:index'),
    ('GET', '/security-groups/{id}', 'instance:show'),
    ('POST', '/security-group-rules', 'instance:update'),
    ('DELETE', '/security-group-rules/{id}', 'instance:update'),
    ('POST', '/mgmt/instances/{id}/upgrade', 'mgmt:instance:upgrade'),
    ('GET', '/mgmt/hosts', 'mgmt:host:index'),
    ('GET', '/mgmt/hosts/{name}', 'mgmt:host:index'),
    ('POST', '/mgmt/hosts/{name}/instances/action', 'mgmt:host:action'),
    ('GET', '/mgmt/storage', 'mgmt:storage:index'),
    ('POST', '/mgmt/flavors', 'mgmt:flavor:create'),
    ('PUT', _MDS, 'mgmt:datastore_version:visibility'),
    ('POST', _MDS + '/members', 'mgmt:datastore_version:visibility'),
    ('GET', _MDS + '/members', 'mgmt:datastore_version:visibility'),
    ('GET', _MDS + '/members/{member}',
     'mgmt:datastore_version:visibility'),
    ('DELETE', _MDS + '/members/{member}',
     'mgmt:datastore_version:visibility'),
    ('GET', '/mgmt/datastores/{datastore}/versions/members/{project}',
     'mgmt:datastore_version:visibility'),
)
