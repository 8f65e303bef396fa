# SPDX-License-Identifier: Apache-2.0
"""Promise an instance another circle of those who may reach it."""

import dataclasses

from trove.common import context
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import deps as deps_

VERB = 'update_access'


def update_access(ctx: context.Context, deps: deps_.Deps, instance_id: str,
                  access: instance.Access) -> None:
    """Replace the access by this one, whole; the engine runs on."""
    def make(found: instance.Instance) -> actions.Promise:
        actions.check_ready(found)
        return actions.Promise(
            verb=VERB, task=status.Task.UPDATING,
            arguments={'access': dataclasses.asdict(access),
                       'old_access': dataclasses.asdict(found.access),
                       'manager': found.manager})

    actions.promise(ctx, deps, instance_id, make)
