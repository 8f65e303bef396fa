# SPDX-License-Identifier: Apache-2.0
"""What all actions on an instance share: may it act, then claim and promise.

An operation that fails is undone, and leaves the instance with the task it
had before: that task travels with it as ``was``.
"""

import dataclasses
import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.operations import deps as deps_
from trove.operations import quota
from trove.operations import visible

#: Tasks in which an action may begin.
FREE = (status.Task.NONE, status.Task.RESTART_REQUIRED)

Arguments: typing.TypeAlias = dict[str, typing.Any]


class CannotAct(exception.Unprocessable):
    """The instance is not in a state in which it could do this."""

    template = 'Instance %(instance_id)s cannot do this now: %(reason)s.'


class ClusterMember(exception.Unprocessable):
    """Members are acted on through their cluster."""

    template = ('Instance %(instance_id)s is a member of cluster '
                '%(cluster_id)s, which must be asked instead.')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised: the verb, the task it shows as, what it takes.

    ``deltas`` are set aside of the quota of the instance's project; they
    are used up when the operation succeeds and free again when it does not.
    """

    verb: str
    task: status.Task
    arguments: Arguments = dataclasses.field(default_factory=dict)
    deltas: dict[str, int] = dataclasses.field(default_factory=dict)


def check_ready(found: instance.Instance) -> None:
    """Hold that server, task, engine and backups let an action begin."""
    if found.server_status != 'ACTIVE':
        _refuse(found, 'its server is %s' % (found.server_status
                                             or 'not there'))
    check_free(found)
    if found.report is None or found.report.status not in status.ACTIONABLE:
        _refuse(found, 'its engine is reported as %s' % (
            found.report.status if found.report else 'unknown'))


def check_free(found: instance.Instance) -> None:
    """Hold that there is a server and nothing else is being done."""
    if not found.server_id:
        _refuse(found, 'it has no server')
    if found.task not in FREE:
        raise exception.InstanceBusy(instance_id=found.id,
                                     task=found.task.action)
    if found.backup_runs:
        _refuse(found, 'a backup of it is running')


def check_single(found: instance.Instance) -> None:
    """Hold that the instance is no member of a cluster."""
    if found.cluster_id:
        raise ClusterMember(instance_id=found.id,
                            cluster_id=found.cluster_id)


def promise(ctx: context.Context, deps: deps_.Deps, instance_id: str,
            make: typing.Callable[[instance.Instance], Promise]) -> None:
    """Claim an instance and promise it what ``make`` makes of it.

    ``make`` checks the instance as it is in the claiming transaction, and
    raises what stands in the way; of two callers exactly one wins.
    """
    operation_id = str(uuid.uuid4())
    _promise(ctx, deps, instance_id, make, operation_id)
    deps.taskmanager.wake(operation_id)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps, instance_id: str,
             make: typing.Callable[[instance.Instance], Promise],
             operation_id: str) -> None:
    with deps.db.writer() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
        record(ctx, deps, tx, found, make(found), operation_id)


def record(ctx: context.Context, deps: deps_.Deps, tx: typing.Any,
           found: instance.Instance, wanted: Promise,
           operation_id: str) -> None:
    """Claim, promise and reserve, in the caller's transaction."""
    tx.instances.claim(found.id, wanted.task, wanted.task.text,
                       allowed=(found.task,))
    tx.operations.add(wanted.verb, found.id, ctx,
                      {'was': str(found.task), **wanted.arguments},
                      operation_id=operation_id)
    tx.quotas.reserve(found.project_id, operation_id, found.id,
                      wanted.deltas, quota.defaults(deps.conf))


def _refuse(found: instance.Instance, reason: str) -> typing.NoReturn:
    raise CannotAct(instance_id=found.id, reason=reason)
