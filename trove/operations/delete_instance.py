# SPDX-License-Identifier: Apache-2.0
"""Promise the end of an instance; works in every state.

An operation that is still working on the instance is asked to stop and undo
itself; the delete runs after it. Quota is given back when the delete ends.
"""

import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.operations import deps as deps_
from trove.operations import visible

VERB = 'delete_instance'


class HasReplicas(exception.Forbidden):
    """Others replicate from the instance."""

    template = ('Instance %(instance_id)s has replicas (%(replicas)s): '
                'detach or delete them first.')


class ClusterMember(exception.Unprocessable):
    """Members leave through their cluster."""

    template = ('Instance %(instance_id)s is a member of cluster '
                '%(cluster_id)s: shrink or delete the cluster.')


def delete_instance(ctx: context.Context, deps: deps_.Deps,
                    instance_id: str) -> instance.Instance:
    """Promise to delete an instance; asking twice changes nothing."""
    operation_id = str(uuid.uuid4())
    found, promised = _promise(ctx, deps, instance_id, operation_id)
    if promised:
        deps.taskmanager.wake(operation_id)
    return found


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps, instance_id: str,
             operation_id: str) -> tuple[instance.Instance, bool]:
    """(the instance, whether this call made the promise)."""
    with deps.db.writer() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
        if found.cluster_id:
            raise ClusterMember(instance_id=instance_id,
                                cluster_id=found.cluster_id)
        if found.replicas:
            raise HasReplicas(instance_id=instance_id,
                              replicas=', '.join(found.replicas))
        promised = (tx.instances.begin_delete(instance_id)
                    or not _is_promised(tx, instance_id))
        if promised:
            tx.operations.request_cancel(instance_id)
            tx.operations.add(VERB, instance_id, ctx,
                              {'server_id': found.server_id,
                               'volume_id': found.volume_id},
                              operation_id=operation_id)
        found = tx.instances.get(instance_id, visible.project_of(ctx))
    return found, promised


def _is_promised(tx: typing.Any, instance_id: str) -> bool:
    """Whether an unfinished delete of the instance is on record."""
    return any(known.verb == VERB and not known.state.is_end
               for known in tx.operations.list(instance_id=instance_id))
