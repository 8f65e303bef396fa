# SPDX-License-Identifier: Apache-2.0
"""flavor:*, volume-type:*, limits:*, quota:*."""

from trove.policies import base

RULES = (
    base.rule('flavor:index', base.ANYONE, 'List flavors.', 'GET',
              '/flavors'),
    base.rule('flavor:show', base.ANYONE, 'Show a flavor.', 'GET',
              '/flavors/{flavor_id}'),
    base.rule('volume-type:index', base.ANYONE, 'List volume types.', 'GET',
              '/volume-types'),
    base.rule('volume-type:show', base.ANYONE, 'Show a volume type.', 'GET',
              '/volume-types/{volume_type_id}'),
    base.rule('limits:index', base.ADMIN_OR_OWNER, 'Show limits.', 'GET',
              '/limits'),
    base.rule('quota:show', base.ADMIN_OR_OWNER, 'Show the quota of a '
              'project.', 'GET', '/mgmt/quotas/{project}'),
    base.rule('quota:update', base.ADMIN, 'Change the quota of a project.',
              'PUT', '/mgmt/quotas/{project}'),
)
