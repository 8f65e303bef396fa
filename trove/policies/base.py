# SPDX-License-Identifier: Apache-2.0
"""The rules that others are made of."""

from oslo_policy import policy

ADMIN = 'rule:admin'
ADMIN_OR_OWNER = 'rule:admin_or_owner'
ANYONE = ''

RULES = (
    policy.RuleDefault(
        'context_is_admin', 'role:admin',
        description='Who counts as admin: sees objects of every project by '
                    'id, and more fields of them.',
        scope_types=['project']),
    policy.RuleDefault(
        'admin', 'role:admin or is_admin:True',
        description='An admin.', scope_types=['project']),
    policy.RuleDefault(
        'admin_or_owner', 'rule:admin or project_id:%(tenant)s',
        description='An admin, or a member of the project that owns the '
                    'object.', scope_types=['project']),
    policy.RuleDefault(
        'default', 'rule:admin_or_owner',
        description='Rules that are not defined.',
        scope_types=['project']),
)


def rule(name, check, description, method, *paths):
    """One documented rule; ``paths`` are what follows the project id."""
    return policy.DocumentedRuleDefault(
        name=name, check_str=check, description=description,
        scope_types=['project'],
        operations=[{'method': method, 'path': '/v1.0/{project_id}' + path}
                    for path in paths])
