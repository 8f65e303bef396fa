# SPDX-License-Identifier: Apache-2.0
"""Configuration groups: named sets of values that instances share."""

import collections.abc
import datetime
import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import configuration
from trove.objects import status
from trove.operations import apply_configuration
from trove.operations import configuration_values
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import memory_values
from trove.operations import parameters
from trove.operations import visible

Changes: typing.TypeAlias = collections.abc.Mapping[str, typing.Any]


class StillAttached(exception.BadRequest):
    """Instances use the group."""

    template = ('Configuration group %(group_id)s is attached to instances; '
                'detach it from them first.')


class UserUpgrading(exception.Unprocessable):
    """What the values have to fit is about to change."""

    template = ('Configuration group %(group_id)s cannot be changed while '
                'instance %(instance_id)s, which uses it, is upgraded.')


class ChangedMeanwhile(exception.Unprocessable):
    """An instance that uses the group has another version since."""

    template = ('An instance that uses configuration group %(group_id)s was '
                'upgraded just now; try again.')


def get(ctx: context.Context, deps: deps_.Deps, group_id: str
        ) -> configuration.Group:
    """One group that the caller may see, or GroupNotFound."""
    with deps.db.reader() as tx:
        found: configuration.Group = tx.configurations.get(
            group_id, visible.project_of(ctx))
    return found


def count_users(ctx: context.Context, deps: deps_.Deps, group_id: str
                ) -> int:
    """How many instances that the caller may see use a group."""
    with deps.db.reader() as tx:
        return int(tx.configurations.count_users(
            group_id, visible.project_of(ctx)))


def create(ctx: context.Context, deps: deps_.Deps, name: str,
           values: Changes, description: str | None = None,
           datastore: str | None = None, version: str | None = None,
           version_number: str | None = None) -> configuration.Group:
    """Check the values and store a group."""
    chosen = datastores.choose(deps, datastore, version, version_number,
                               active=False)
    configuration_values.check(
        chosen, parameters.listing(deps, chosen), values)
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None,
                                                      microsecond=0)
    group = configuration.Group(
        id=str(uuid.uuid4()), project_id=ctx.project_id, name=name,
        description=description, version_id=chosen.id, created=now,
        updated=now, values=dict(values),
        datastore_name=chosen.datastore_name, version_name=chosen.name,
        version_number=chosen.number)
    _store(deps, group)
    return group


@session.retried
def _store(deps: deps_.Deps, group: configuration.Group) -> None:
    with deps.db.writer() as tx:
        tx.configurations.add(group)


def edit(ctx: context.Context, deps: deps_.Deps, group_id: str,
         values: Changes) -> None:
    """Set some values, take others away (null), and apply the result."""
    _change(ctx, deps, group_id,
            lambda old: configuration_values.merged(old, values))


def replace(ctx: context.Context, deps: deps_.Deps, group_id: str,
            values: Changes | None, **names: str | None) -> None:
    """Set all values, unless None, and names; and apply the values."""
    _change(ctx, deps, group_id,
            lambda old: old if values is None else dict(values), **names)


def _change(ctx: context.Context, deps: deps_.Deps, group_id: str,
            change: typing.Callable[[dict[str, configuration.Value]],
                                    dict[str, configuration.Value]],
            **names: str | None) -> None:
    before = get(ctx, deps, group_id)
    added = _added(before.values, change(before.values))
    versions = _versions(deps, before)
    for version_id in versions:
        version = datastores.version_by_id(deps, version_id, True)
        configuration_values.check(
            version, parameters.listing(deps, version), added)
    after, promised = _store_change(ctx, deps, before, change, names,
                                    versions)
    if promised:
        try:
            apply_configuration.settle(deps, promised)
        except exception.TroveError as error:
            left = apply_configuration.begin(
                deps, _take_back(ctx, deps, before, after))
            if not isinstance(error, apply_configuration.NoAnswer):
                # Over with the answer: who was refused may go on at once.
                apply_configuration.let_settle(deps, left)
            raise


def _added(old: configuration_values.Values,
           new: configuration_values.Values) -> configuration_values.Values:
    # What stands there already may be of a parameter that is gone since.
    return {name: value for name, value in new.items()
            if name not in old or old[name] != value
            or type(old[name]) is not type(value)}


def _versions(deps: deps_.Deps, group: configuration.Group) -> set[str]:
    """Its own, and those that instances with the group were upgraded to."""
    with deps.db.reader() as tx:
        return {group.version_id, *tx.configurations.versions(group.id)}


@session.retried
def _store_change(ctx: context.Context, deps: deps_.Deps,
                  before: configuration.Group,
                  change: typing.Callable[..., dict[
                      str, configuration.Value]],
                  names: Changes, checked: set[str]
                  ) -> tuple[configuration.Group,
                             list[apply_configuration.Promise]]:
    """(the group as it is now, operations that apply it)."""
    with deps.db.writer() as tx:
        found = tx.configurations.get(
            before.id, visible.project_of(ctx), lock=True)
        wanted = change(found.values)
        tx.configurations.change(found.id, values=wanted, **names)
        promised = []
        if wanted != found.values:
            _check_users(tx, found, checked)
            _check_memory(deps, tx, found, _added(found.values, wanted))
            promised = apply_configuration.promise_everywhere(
                ctx, deps, tx, found, wanted)
        return tx.configurations.get(found.id), promised


def _check_users(tx: typing.Any, group: configuration.Group,
                 checked: set[str]) -> None:
    upgraded = tx.configurations.user_in(group.id, status.Task.UPGRADING)
    if upgraded:
        raise UserUpgrading(group_id=group.id, instance_id=upgraded)
    if not tx.configurations.versions(group.id) <= checked:
        # An upgrade came to its end since the values were checked.
        raise ChangedMeanwhile(group_id=group.id)


def _check_memory(deps: deps_.Deps, tx: typing.Any,
                  group: configuration.Group,
                  values: configuration_values.Values) -> None:
    for instance_id, _ in tx.configurations.users(group.id):
        user = tx.instances.get(instance_id)
        memory_values.check(deps, user.manager, values, user.ram_mb,
                            memory_values.instance(user.id))


@session.retried
def _take_back(ctx: context.Context, deps: deps_.Deps,
               before: configuration.Group, after: configuration.Group
               ) -> list[apply_configuration.Promise]:
    """An engine refused the new values: the group has the old ones again.

    Instances that took the new ones are promised the old ones as well. A
    change that came in between stays.
    """
    with deps.db.writer() as tx:
        found = tx.configurations.get(before.id, lock=True)
        if found.values != after.values:
            return []
        tx.configurations.change(
            found.id, values=before.values, name=before.name,
            description=before.description)
        return apply_configuration.promise_everywhere(
            ctx, deps, tx, found, before.values)


@session.retried
def delete(ctx: context.Context, deps: deps_.Deps, group_id: str) -> None:
    """Remove a group that nothing uses."""
    with deps.db.writer() as tx:
        tx.configurations.get(group_id, visible.project_of(ctx), lock=True)
        if not tx.configurations.delete(group_id):
            raise StillAttached(group_id=group_id)
