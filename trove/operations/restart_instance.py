# SPDX-License-Identifier: Apache-2.0
"""Promise to restart an instance's engine; its server runs on."""

from trove.common import context
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import deps as deps_

VERB = 'restart_instance'


def restart_instance(ctx: context.Context, deps: deps_.Deps,
                     instance_id: str) -> None:
    """Restart the engine; settings that wait for that take effect."""
    def make(found: instance.Instance) -> actions.Promise:
        if not ctx.is_admin:
            actions.check_single(found)
        actions.check_ready(found)
        return actions.Promise(verb=VERB, task=status.Task.REBOOTING)

    actions.promise(ctx, deps, instance_id, make)
