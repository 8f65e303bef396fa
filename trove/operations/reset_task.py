# SPDX-License-Identifier: Apache-2.0
"""Forget the stuck task of an instance; for operators."""

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import status
from trove.operations import deps as deps_
from trove.operations import visible


@session.retried
def reset_task(ctx: context.Context, deps: deps_.Deps,
               instance_id: str) -> None:
    """Set the task to none; what the guest reported stays.

    An operation that is under way keeps the instance for itself, and a
    delete is not called off.
    """
    with deps.db.writer() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
        if found.task is status.Task.DELETING:
            raise exception.InstanceBusy(instance_id=instance_id,
                                         task=found.task.action)
        tx.instances.set_task(instance_id, status.Task.NONE)
