# SPDX-License-Identifier: Apache-2.0
"""Whether an instance can be the source of a new replica."""

from trove.common import context
from trove.common import exception
from trove.objects import instance
from trove.objects import status
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import visible


class SourceIsReplica(exception.BadRequest):
    """Replicas are made of sources only."""

    template = ('Instance %(instance_id)s is itself a replica; name its '
                'source.')


class NoReplication(exception.BadRequest):
    """The engine does not replicate."""

    template = 'Replication is not supported by %(datastore)s.'


class ReplicasNotSupported(exception.NotSupported):
    """The deployment cannot make replicas."""

    template = 'Replicas are not supported by this deployment.'


def check_source(ctx: context.Context, deps: deps_.Deps,
                 instance_id: str) -> None:
    """Say why a replica of this instance cannot be made."""
    with deps.db.reader() as tx:
        source = tx.instances.get(instance_id, visible.project_of(ctx))
    if source.replica_of:
        raise SourceIsReplica(instance_id=instance_id)
    version = datastores.version_by_id(
        deps, source.datastore_version_id, True)
    engine = deps.datastores.get(version.manager)
    if 'replication' not in engine.capabilities:
        raise NoReplication(datastore=version.datastore_name)
    check_can_act(source)
    raise ReplicasNotSupported()


def check_can_act(found: instance.Instance) -> None:
    """Hold that an operation may begin on the instance now."""
    if found.backup_runs:
        raise exception.InstanceBusy(instance_id=found.id, task='BACKUP')
    if found.task not in (status.Task.NONE, status.Task.RESTART_REQUIRED):
        raise exception.InstanceBusy(instance_id=found.id, task=found.task)
    service = found.report.status if found.report else None
    if found.server_status != 'ACTIVE' or service not in status.ACTIONABLE:
        raise exception.Unprocessable(
            'Instance %s is not ready: its status is %s, its engine is %s.'
            % (found.id, found.status, service or 'unknown'))
