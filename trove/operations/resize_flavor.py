# SPDX-License-Identifier: Apache-2.0
"""Promise an instance a server of another size."""

import dataclasses
import uuid

from trove.cloud import resources
from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import capacity
from trove.operations import catalogue
from trove.operations import deps as deps_
from trove.operations import instances
from trove.operations import memory_values
from trove.operations import rebuilding

VERB = 'resize_flavor'


class SameFlavor(exception.BadRequest):
    """It has this flavor."""

    template = 'Instance %(instance_id)s has flavor %(flavor_id)s already.'


class NoDiskForData(exception.BadRequest):
    """Data on the server's own disk would have no place."""

    template = ('Instance %(instance_id)s keeps its data on the server\'s '
                'own disk, of which flavor %(flavor_id)s has less.')


def resize_flavor(ctx: context.Context, deps: deps_.Deps, instance_id: str,
                  flavor_id: str) -> None:
    """Give the server another flavor and the engine settings for it."""
    before = instances.get(ctx, deps, instance_id)
    actions.check_single(before)
    if flavor_id == before.flavor_id:
        raise SameFlavor(instance_id=instance_id, flavor_id=flavor_id)
    # Asked before the transaction: the cloud may take its time to answer.
    old = catalogue.flavor_now(deps, before)
    new = _flavor_wanted(deps, before, old, flavor_id)

    operation_id = str(uuid.uuid4())
    _promise(ctx, deps, before, old, new, operation_id)
    deps.taskmanager.wake(operation_id)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps,
             before: instance.Instance, old: resources.Flavor,
             new: resources.Flavor, operation_id: str) -> None:
    with deps.db.writer() as tx:
        found = tx.instances.get(before.id)
        actions.check_ready(found)
        if found.flavor_id != before.flavor_id:
            raise exception.InstanceBusy(instance_id=found.id,
                                         task=status.Task.RESIZING.action)
        if new.ram_mb < found.ram_mb:
            # Upwards it may always: that is how one gets out of trouble.
            memory_values.check(
                deps, found.manager,
                rebuilding.overrides(tx, found, lock=True), new.ram_mb,
                memory_values.flavor(new.id))
        actions.record(ctx, deps, tx, found, actions.Promise(
            verb=VERB, task=status.Task.RESIZING,
            arguments={'flavor': dataclasses.asdict(new),
                       'old_flavor': dataclasses.asdict(old),
                       'manager': found.manager,
                       'version': found.version_number,
                       'server_id': found.server_id},
            deltas={'ram': new.ram_mb - found.ram_mb}), operation_id)


def _flavor_wanted(deps: deps_.Deps, found: instance.Instance,
                   old: resources.Flavor,
                   flavor_id: str) -> resources.Flavor:
    with deps.db.reader() as tx:
        version = tx.datastores.version_by_id(found.datastore_version_id)
    new = capacity.flavor_of(deps, flavor_id, version,
                             capacity.image_of(deps, version))
    if found.volume_gb is None and (
            new.disk_gb < old.disk_gb
            or new.ephemeral_gb < old.ephemeral_gb):
        raise NoDiskForData(instance_id=found.id, flavor_id=flavor_id)
    return new
