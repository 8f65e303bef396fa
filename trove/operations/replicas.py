# SPDX-License-Identifier: Apache-2.0
"""Whether an instance can be the source of a new replica."""

import typing

from trove.common import context
from trove.common import exception
from trove.objects import instance
from trove.operations import actions
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import quota
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
                 instance_id: str) -> instance.Instance:
    """The instance, if replicas can be made of such a one."""
    with deps.db.reader() as tx:
        source = tx.instances.get(instance_id, visible.project_of(ctx))
    if source.replica_of:
        raise SourceIsReplica(instance_id=instance_id)
    version = datastores.version_by_id(
        deps, source.datastore_version_id, True)
    engine = deps.datastores.get(version.manager)
    if 'replication' not in engine.capabilities:
        raise NoReplication(datastore=version.datastore_name)
    return source


def refuse(deps: deps_.Deps, project_id: str, source: instance.Instance,
           count: int) -> typing.NoReturn:
    """Say why so many replicas of the source cannot be made now."""
    actions.check_ready(source)
    quota.check(deps, project_id, {
        'instances': count, 'ram': count * source.ram_mb,
        'volumes': count * (source.volume_gb or 0)})
    raise ReplicasNotSupported()
