# SPDX-License-Identifier: Apache-2.0
"""Reading instances, and the small changes that need no taskmanager."""

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.operations import deps as deps_
from trove.operations import visible


class NotAReplica(exception.BadRequest):
    """Only a replica can be detached."""

    template = 'Instance %(instance_id)s is not a replica.'


def get(ctx: context.Context, deps: deps_.Deps,
        instance_id: str) -> instance.Instance:
    """One instance that the caller may see, or InstanceNotFound."""
    with deps.db.reader() as tx:
        return tx.instances.get(instance_id, visible.project_of(ctx))


@session.retried
def rename(ctx: context.Context, deps: deps_.Deps, instance_id: str,
           name: str) -> None:
    """Give an instance another name; its state does not matter."""
    with deps.db.writer() as tx:
        tx.instances.get(instance_id, visible.project_of(ctx))
        tx.instances.record(instance_id, name=name)


@session.retried
def reset_status(ctx: context.Context, deps: deps_.Deps,
                 instance_id: str) -> None:
    """Forget a stuck task, so that the instance can be acted on again.

    The engine counts as unknown until the guest reports the next time.
    """
    with deps.db.writer() as tx:
        tx.instances.get(instance_id, visible.project_of(ctx))
        tx.instances.set_task(instance_id, status.Task.NONE)
        tx.guests.set_status(instance_id, status.Service.UNKNOWN)
