# SPDX-License-Identifier: Apache-2.0
"""May this caller? The answer of oslo.policy."""

import time

from oslo_config import cfg
from oslo_policy import policy as oslo_policy

from trove import policies
from trove.common import exception

#: Seconds that a decision is remembered, and how many are.
MEMORY_S = 1.0
MOST_DECISIONS = 10000


class NotAllowed(exception.Forbidden):
    """A policy rule says no."""

    template = 'The policy rule %(rule)s does not allow this.'


class Policy:
    """The rules, read once; a changed policy file is read again.

    A decision is remembered for `MEMORY_S`: evaluating rules costs more
    than all the rest of a request that shows an instance.
    """

    def __init__(self, conf, clock=time.monotonic):
        self._conf = conf
        self._clock = clock
        self._decided = {}
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
        return self._decide('context_is_admin', project_id, tuple(roles),
                            project_id, user_id, None)

    def allows(self, ctx, rule, project_id=None):
        """Whether the rule holds for an object of that project."""
        return self._decide(rule, project_id or ctx.project_id, ctx.roles,
                            ctx.project_id, ctx.user_id, ctx.is_admin)

    def _decide(self, rule, owner, roles, project_id, user_id, is_admin):
        key = (rule, owner, roles, project_id, user_id, is_admin)
        now = self._clock()
        allowed, until = self._decided.get(key, (None, now))
        if now >= until:
            allowed = bool(self._enforcer.enforce(rule, {'tenant': owner}, {
                'roles': list(roles), 'project_id': project_id,
                'user_id': user_id, 'is_admin': is_admin}))
            if len(self._decided) >= MOST_DECISIONS:
                self._decided.clear()
            self._decided[key] = (allowed, now + MEMORY_S)
        return allowed

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
