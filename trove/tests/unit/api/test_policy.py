# SPDX-License-Identifier: Apache-2.0
"""Rules and who passes them."""

import pytest

from trove import policies
from trove.api import policy
from trove.api.v1 import routes
from trove.common import context
from trove.tests.fixtures import options

#: Names that dashboards ask for; some of very many.
CONTRACT = (
    'instance:create', 'instance:delete', 'instance:force_delete',
    'instance:reset_status', 'instance:extension:user:update_all',
    'instance:extension:root:create', 'cluster:reset-status',
    'cluster:extension:root:delete', 'backup:index:all_projects',
    'backup_strategy:create', 'configuration-parameter:show_by_version',
    'datastore:list_associated_volume_types', 'flavor:show',
    'limits:index', 'module:reapply', 'instance:guest_log_action',
    'instance:ssl_action', 'quota:update', 'instance:upgrade')


@pytest.fixture
def rules():
    """The rules with their defaults."""
    return policy.Policy(options.make())


def ctx(project, *roles, is_admin=False):
    """A caller."""
    return context.Context(project_id=project, roles=roles,
                           is_admin=is_admin)


def test_names_are_known_and_unique():
    names = [rule.name for rule in policies.list_rules()]
    assert set(CONTRACT) <= set(names)
    assert len(names) == len(set(names))


def test_every_rule_is_documented_with_scope():
    for rule in policies.list_rules():
        assert rule.description
        assert rule.scope_types == ['project']


def test_every_rule_of_the_routes_is_defined():
    names = {rule.name for rule in policies.list_rules()}
    for route in routes.table(None, None, None):
        assert set(route.policy) <= names, route


@pytest.mark.parametrize('rule,own,foreign,admin', [
    ('instance:create', True, False, True),
    ('instance:reset_status', False, False, True),
    ('datastore:index', True, True, True),
    ('datastore:delete', False, False, True),
    ('backup:index:all_projects', False, False, True),
    ('mgmt:instance:index', False, False, True),
    ('quota:show', True, False, True)])
def test_defaults(rules, rule, own, foreign, admin):
    assert rules.allows(ctx('p', 'member'), rule, 'p') is own
    assert rules.allows(ctx('q', 'member'), rule, 'p') is foreign
    assert rules.allows(ctx('q', 'admin', is_admin=True), rule,
                        'p') is admin


def test_an_admin_is_who_has_the_role(rules):
    assert rules.is_admin(('admin',), 'p', 'u')
    assert not rules.is_admin(('member',), 'p', 'u')


def test_a_decision_is_remembered_for_a_moment_only(tmp_path):
    clock = [0.0]
    rules = policy.Policy(options.make(), lambda: clock[0])
    asked = []
    enforce = rules._enforcer.enforce

    def counting(*args):
        asked.append(args[0])
        return enforce(*args)
    rules._enforcer.enforce = counting
    for _ in range(3):
        rules.allows(ctx('p', 'member'), 'instance:show', 'p')
    rules.allows(ctx('q', 'member'), 'instance:show', 'p')
    assert len(asked) == 2
    clock[0] += policy.MEMORY_S
    rules.allows(ctx('p', 'member'), 'instance:show', 'p')
    assert len(asked) == 3
