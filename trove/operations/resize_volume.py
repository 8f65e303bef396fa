# SPDX-License-Identifier: Apache-2.0
"""Promise an instance, and each of its replicas, a larger volume."""

import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import capacity
from trove.operations import deps as deps_
from trove.operations import visible

VERB = 'resize_volume'


class NoVolume(exception.BadRequest):
    """The data lies on the server's own disk."""

    template = ('Instance %(instance_id)s has no volume: its data is on the '
                'server\'s own disk, which grows with a larger flavor.')


class NotLarger(exception.BadRequest):
    """Volumes only grow."""

    template = ('The volume of instance %(instance_id)s has %(now)d GB '
                'already; it can only grow.')


def resize_volume(ctx: context.Context, deps: deps_.Deps, instance_id: str,
                  size_gb: int) -> None:
    """Grow the volume while it is in use."""
    for operation_id in _promise(ctx, deps, instance_id, size_gb):
        deps.taskmanager.wake(operation_id)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps, instance_id: str,
             size_gb: int) -> list[str]:
    """The operations: all are promised, or none is."""
    promised = []
    with deps.db.writer() as tx:
        first = tx.instances.get(instance_id, visible.project_of(ctx))
        _check(deps, first, size_gb)
        for found in (first, *_smaller(tx, first.replicas, size_gb)):
            actions.check_ready(found)
            promised.append(str(uuid.uuid4()))
            actions.record(ctx, deps, tx, found, actions.Promise(
                verb=VERB, task=status.Task.RESIZING,
                arguments={'volume_id': found.volume_id,
                           'volume_gb': size_gb},
                deltas={'volumes': size_gb - (found.volume_gb or 0)}),
                promised[-1])
    return promised


def _check(deps: deps_.Deps, found: instance.Instance,
           size_gb: int) -> None:
    actions.check_single(found)
    if found.volume_gb is None:
        raise NoVolume(instance_id=found.id)
    if size_gb <= found.volume_gb:
        raise NotLarger(instance_id=found.id, now=found.volume_gb)
    most = deps.conf.max_accepted_volume_size
    if size_gb > most:
        raise capacity.VolumeTooLarge(want=size_gb, most=most)


def _smaller(tx: typing.Any, replicas: tuple[str, ...],
             size_gb: int) -> list[instance.Instance]:
    """Those of the replicas that have to grow along."""
    found = [tx.instances.get(replica_id) for replica_id in replicas]
    return [one for one in found
            if one.volume_gb is not None and one.volume_gb < size_gb]
