# SPDX-License-Identifier: Apache-2.0
"""May this caller? The answer of oslo.policy."""

from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from trove import policies
from trove.common import exception


class NotAllowed(exception.Forbidden):
    """A policy rule says no."""

    template = 'The policy rule %(rule)s does not allow this.'


class Policy:
    """The rules, read once; a changed policy file is read again."""

    def __init__(self, conf):
        self._conf = conf
        self._enforcer = oslo_policy.Enforcer(conf)
        self._enforcer.suppress_default_change_warnings = True
        self._enforcer.register_defaults(policies.list_rules())
        self._enforcer.load_rules()

    def is_admin(self, roles, project_id, user_id):
        """Whether a token with these roles is an admin's."""
        named = self._conf.admin_roles
        if named:
            lowered = {role.lower() for role in roles}
            return any(role.lower() in lowered for role in named)
        creds = {'roles': list(roles), 'project_id': project_id,
                 'user_id': user_id}
        return bool(self._enforcer.enforce(
            'context_is_admin', {'tenant': project_id}, creds))

    def allows(self, ctx, rule, project_id=None):
        """Whether the rule holds for an object of that project."""
        return bool(self._enforcer.enforce(
            rule, {'tenant': project_id or ctx.project_id}, {
                'roles': list(ctx.roles), 'project_id': ctx.project_id,
                'user_id': ctx.user_id, 'is_admin': ctx.is_admin}))

    def enforce(self, ctx, *rules, project_id=None):
        """Raise NotAllowed unless every rule holds."""
        for rule in rules:
            if not self.allows(ctx, rule, project_id):
                raise NotAllowed(rule=rule)


def get_enforcer():
    """An enforcer for the tools of oslo.policy (see setup.cfg)."""
    cfg.CONF([], project='trove')
    found = oslo_policy.Enforcer(cfg.CONF)
    found.register_defaults(policies.list_rules())
    return found
