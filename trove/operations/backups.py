# SPDX-License-Identifier: Apache-2.0
"""Backups: finding them, and whether one could be taken, used or deleted.

Taking, using and deleting them is not offered by this release: each request
is checked to its end and then refused.
"""

import dataclasses
import datetime
import typing

from trove.cloud import resources
from trove.common import context
from trove.common import exception
from trove.objects import backup as backups
from trove.objects import datastore
from trove.operations import actions
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import guest_calls
from trove.operations import quota
from trove.operations import visible


class BackupsNotSupported(exception.NotSupported):
    """The deployment cannot do this."""

    template = '%(feature)s is not supported by this deployment.'


class BackupRuns(exception.Unprocessable):
    """It is being taken."""

    template = ('Backup %(backup_id)s is being taken (%(state)s); delete it '
                'when it is COMPLETED or FAILED.')


class ParentNotComplete(exception.Conflict):
    """Nothing can be built upon it."""

    template = 'Backup %(backup_id)s is %(state)s, not COMPLETED.'


class ParentOfAnother(exception.BadRequest):
    """It holds the data of another instance."""

    template = ('parent_id: backup %(backup_id)s is not one of instance '
                '%(instance_id)s.')


class DriverRefused(exception.BadRequest):
    """Backups are not kept in this way here."""

    template = 'storage_driver: must be %(known)s'


class NotUsable(exception.Conflict):
    """No instance can be made of it."""

    template = ('Backup %(backup_id)s is %(state)s; only a COMPLETED one '
                'can be restored.')


class OtherDatastore(exception.BadRequest):
    """It can be read by another engine only."""

    template = ('restorePoint: backup %(backup_id)s is one of %(has)s, not '
                'of %(wants)s.')


class TooSmall(exception.Forbidden):
    """The backup would not fit."""

    template = ('Backup %(backup_id)s needs %(needed).2f GB, and the '
                '%(place)s has %(available)d GB.')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A backup as its tenant wants it."""

    name: str
    instance_id: str | None = None
    parent_id: str | None = None
    storage_driver: str | None = None
    #: A backup that was taken elsewhere: its place and version.
    location: str | None = None
    version_id: str | None = None


def get(ctx: context.Context, deps: deps_.Deps,
        backup_id: str) -> backups.Backup:
    """One backup that the caller may see, or BackupNotFound."""
    with deps.db.reader() as tx:
        found: backups.Backup = tx.backups.get(
            backup_id, visible.project_of(ctx))
    return found


def create(ctx: context.Context, deps: deps_.Deps,
           wish: Wish) -> typing.NoReturn:
    """Check all that can be wrong with a backup, then say it is not done."""
    known = deps.conf.storage_strategy
    if wish.storage_driver not in (None, known):
        raise DriverRefused(known=known)
    if wish.instance_id is None:
        datastores.version_by_id(deps, wish.version_id or '', True)
    else:
        _check_instance(ctx, deps, wish.instance_id, wish.parent_id)
    quota.check(deps, ctx.project_id, {'backups': 1})
    raise BackupsNotSupported(feature='Taking a backup')


def _check_instance(ctx: context.Context, deps: deps_.Deps,
                    instance_id: str, parent_id: str | None) -> None:
    with deps.db.reader() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
    if parent_id:
        parent = get(ctx, deps, parent_id)
        if parent.instance_id != instance_id:
            raise ParentOfAnother(backup_id=parent_id,
                                  instance_id=instance_id)
        if parent.state is not backups.State.COMPLETED:
            raise ParentNotComplete(backup_id=parent_id, state=parent.state)
    guest_calls.engine_of(deps, found, 'backups')
    actions.check_single(found)
    actions.check_ready(found)


def delete(deps: deps_.Deps, found: backups.Backup) -> typing.NoReturn:
    """Say why a backup cannot be deleted."""
    patience = datetime.timedelta(days=deps.conf.running_backups_expires)
    if found.state.runs and deps.db.now() - found.updated < patience:
        raise BackupRuns(backup_id=found.id, state=found.state)
    raise BackupsNotSupported(feature='Deleting a backup')


def check_restore(ctx: context.Context, deps: deps_.Deps, backup_id: str,
                  version: datastore.Version, volume_gb: int | None,
                  flavor: resources.Flavor) -> None:
    """Hold that an instance of this size could be made of a backup."""
    found = get(ctx, deps, backup_id)
    if not found.state.is_usable:
        raise NotUsable(backup_id=backup_id, state=found.state)
    if found.datastore_name != version.datastore_name:
        raise OtherDatastore(backup_id=backup_id, has=found.datastore_name,
                             wants=version.datastore_name)
    needed = (found.size_gb or 0) * deps.conf.restore_room_factor
    available, place = volume_gb, 'volume'
    if available is None:
        available = flavor.ephemeral_gb or flavor.disk_gb
        place = 'disk of flavor %s' % flavor.id
    if needed > available:
        raise TooSmall(backup_id=backup_id, needed=needed, place=place,
                       available=available)


class StrategyNotYours(exception.Forbidden):
    """Only operators look after other projects."""

    template = 'Only an admin may name another project.'


def project_of_strategy(ctx: context.Context, project_id: str | None) -> str:
    """The project that a request is about, if the caller may name it."""
    if not project_id or project_id == ctx.project_id:
        return ctx.project_id
    if not ctx.is_admin:
        raise StrategyNotYours()
    return project_id


def put_strategy(ctx: context.Context, deps: deps_.Deps,
                 instance_id: str | None,
                 container: str) -> backups.Strategy:
    """Let backups go to a container from now on."""
    with deps.db.writer() as tx:
        if instance_id:
            tx.instances.get(instance_id, visible.project_of(ctx))
        made = backups.Strategy(
            project_id=ctx.project_id, instance_id=instance_id or '',
            swift_container=container)
        tx.strategies.put(made)
    return made
