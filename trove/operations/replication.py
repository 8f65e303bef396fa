# SPDX-License-Identifier: Apache-2.0
"""Promoting, ejecting and detaching: whether it could be.

Replication is not offered by this release: each request is checked to its
end and then refused.
"""

import typing

from trove.common import exception
from trove.objects import instance
from trove.operations import actions
from trove.operations import deps as deps_
from trove.operations import instances
from trove.operations import replicas


class NotASource(exception.BadRequest):
    """Nothing replicates from it."""

    template = 'Instance %(instance_id)s has no replicas.'


class SourceAlive(exception.BadRequest):
    """Only a source that has fallen silent is ejected."""

    template = ('Instance %(instance_id)s reported %(age)d s ago; only one '
                'that has been silent for %(expiry)d s can be ejected.')


def promote(deps: deps_.Deps, found: instance.Instance) -> typing.NoReturn:
    """Check whether a replica could take over."""
    if not found.replica_of:
        raise instances.NotAReplica(instance_id=found.id)
    actions.check_ready(found)
    raise replicas.ReplicasNotSupported()


def eject(deps: deps_.Deps, found: instance.Instance) -> typing.NoReturn:
    """Check whether a source could be replaced by one of its replicas."""
    if not found.replicas:
        raise NotASource(instance_id=found.id)
    if found.report and found.report.reported_at:
        age = (deps.db.now() - found.report.reported_at).total_seconds()
        expiry = deps.conf.agent_heartbeat_expiry
        if age < expiry:
            raise SourceAlive(instance_id=found.id, age=age, expiry=expiry)
    raise replicas.ReplicasNotSupported()


def detach(deps: deps_.Deps, found: instance.Instance) -> typing.NoReturn:
    """Check whether a replica could go on by itself."""
    if not found.replica_of:
        raise instances.NotAReplica(instance_id=found.id)
    actions.check_ready(found)
    raise replicas.ReplicasNotSupported()
