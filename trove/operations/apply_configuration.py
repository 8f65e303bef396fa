# SPDX-License-Identifier: Apache-2.0
"""Bring a group's values into engines: attach, detach, after an edit.

Each is an operation of its instance, so that nothing is left half-done
whatever process ends. The caller waits for it, because clients look at the
engine right after the answer.
"""

import dataclasses
import typing
import uuid

from oslo_log import log as logging

from trove.common import context
from trove.common import exception
from trove.common import waiting
from trove.db import session
from trove.objects import configuration
from trove.objects import instance
from trove.objects import operation
from trove.objects import status
from trove.operations import actions
from trove.operations import configuration_values
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import instance_defaults
from trove.operations import memory_values
from trove.operations import parameters
from trove.operations import visible

LOG = logging.getLogger(__name__)

VERB = 'apply_configuration'

#: Codes of failures in which the engine said no to a value.
_REFUSED = ('statement_refused', 'value_refused')

Values: typing.TypeAlias = configuration_values.Values


class AlreadyAttached(exception.BadRequest):
    """An instance has one group at most."""

    template = ('Instance %(instance_id)s has configuration group '
                '%(group_id)s; detach that first.')


class OtherVersion(exception.BadRequest):
    """The group was made for another datastore version."""

    template = ('Configuration group %(group_id)s is for %(has)s, not for '
                '%(wants)s.')


class ValuesRefused(exception.Unprocessable):
    """An engine did not take the values; it has the former ones."""

    template = ('Instance %(instance_id)s did not take the values, and has '
                'its former ones: %(reason)s')


class NotApplied(exception.GuestFailed):
    """The values could not be applied for another reason."""

    template = ('The values could not be applied to instance '
                '%(instance_id)s: %(reason)s')


class NoAnswer(exception.GuestSilent):
    """The guest did not say whether it took the values."""

    template = ('The guest of instance %(instance_id)s did not answer: '
                '%(reason)s')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An operation that applies values, and whether to wait for it."""

    operation_id: str
    instance_id: str
    awaited: bool = True


def attach(ctx: context.Context, deps: deps_.Deps,
           found: instance.Instance, group_id: str) -> None:
    """Let an instance use a group; returns when its engine does."""
    if found.configuration_id is not None:
        raise AlreadyAttached(instance_id=found.id,
                              group_id=found.configuration_id)
    group = check_group(ctx, deps, group_id, found.datastore_version_id,
                        found.version_name)
    settle(deps, [_promise_attach(ctx, deps, found, group)])


def detach(ctx: context.Context, deps: deps_.Deps,
           found: instance.Instance) -> None:
    """Let an instance use no group; returns when its engine does not."""
    if found.configuration_id is None:
        return
    settle(deps, [_promise_detach(ctx, deps, found)])


def check_group(ctx: context.Context, deps: deps_.Deps, group_id: str,
                version_id: str | None, version_name: str | None
                ) -> configuration.Group:
    """The group, if instances of the version may use it."""
    with deps.db.reader() as tx:
        group: configuration.Group = tx.configurations.get(
            group_id, visible.project_of(ctx))
    if group.version_id != version_id:
        raise OtherVersion(
            group_id=group_id, wants=version_name,
            has='%s %s' % (group.datastore_name, group.version_name))
    return group


def promise_everywhere(ctx: context.Context, deps: deps_.Deps,
                       tx: typing.Any, group: configuration.Group,
                       values: Values) -> list[Promise]:
    """Promise the group's new values to all its instances.

    One that is busy with anything but the values of a group gets them when
    its turn comes; nobody waits for it.
    """
    return [_promise_edit(ctx, deps, tx, tx.instances.get(instance_id),
                          group, values)
            for instance_id, _ in tx.configurations.users(group.id)]


def settle(deps: deps_.Deps, promised: list[Promise]) -> None:
    """Wait for promises, all together as long as one guest may take.

    Raises the first refusal or failure. What is not over by then goes on.
    """
    left = begin(deps, promised)
    try:
        _until_over(deps, left, deps.conf.agent_call_high_timeout, _hold)
    except exception.WaitTimeout as error:
        first = next(iter(left.values()))
        raise NoAnswer(instance_id=first.instance_id,
                       reason='%s Its values follow when it can take them.'
                       % error) from error


def let_settle(deps: deps_.Deps, left: dict[str, Promise]) -> None:
    """Wait for promises as long as a guest may take for a short call.

    How they end is in their operations and instances, for who looks there.
    """
    try:
        _until_over(deps, left, deps.conf.agent_call_low_timeout,
                    lambda found, instance_id: None)
    except exception.WaitTimeout as error:
        LOG.info('%s Values go back when they can be taken.', error)


def begin(deps: deps_.Deps, promised: list[Promise]) -> dict[str, Promise]:
    """Announce promises; those to wait for, by their operations' ids."""
    for one in promised:
        deps.taskmanager.wake(one.operation_id)
    return {one.operation_id: one for one in promised if one.awaited}


def _until_over(deps: deps_.Deps, left: dict[str, Promise], most_s: float,
                ended: typing.Callable[[operation.Operation, str], None]
                ) -> None:
    """Take out of ``left`` what is over, until nothing is left."""
    def over() -> bool:
        with deps.db.reader() as tx:
            found = [one for one in map(tx.operations.get, left)
                     if one.state.is_end]
        for one in found:
            ended(one, left.pop(one.id).instance_id)
        return not left

    waiting.until(over, most_s, 'the answer of guests', poll_s=0.05,
                  most_s=0.25)


def _hold(found: operation.Operation, instance_id: str) -> None:
    """Raise what the end of an operation means to who asked for it."""
    if found.state is operation.State.DONE:
        return
    kind: type[exception.TroveError] = NotApplied
    if found.error_code in _REFUSED:
        kind = ValuesRefused
    elif found.error_code in ('guest_silent', 'guest_unreached'):
        kind = NoAnswer
    raise kind(instance_id=instance_id, reason=found.error)


@session.retried
def _promise_attach(ctx: context.Context, deps: deps_.Deps,
                    found: instance.Instance, group: configuration.Group
                    ) -> Promise:
    with deps.db.writer() as tx:
        # Locked: nobody deletes or edits it before we are among its users.
        group = tx.configurations.get(group.id, lock=True)
        before = _claim(tx, found)
        # Claimed: nobody resizes it between this and the end.
        memory_values.check(
            deps, found.manager, group.values,
            tx.instances.get(found.id).ram_mb,
            memory_values.instance(found.id))
        tx.instances.record(found.id, configuration_id=group.id)
        return _add(ctx, deps, tx, found, {}, group.values,
                    before=before, configuration_id=group.id,
                    undo_configuration_id=None)


@session.retried
def _promise_detach(ctx: context.Context, deps: deps_.Deps,
                    found: instance.Instance) -> Promise:
    with deps.db.writer() as tx:
        group = tx.configurations.get(found.configuration_id, lock=True)
        before = _claim(tx, found)
        # It stays a user until it is done, so that the group stays too.
        return _add(ctx, deps, tx, found, group.values, {},
                    before=before, configuration_id=None,
                    undo_configuration_id=group.id)


def _promise_edit(ctx: context.Context, deps: deps_.Deps, tx: typing.Any,
                  found: instance.Instance, group: configuration.Group,
                  values: Values) -> Promise:
    promise = _add(ctx, deps, tx, found, group.values, values, before=None,
                   configuration_id=group.id,
                   undo_configuration_id=group.id)
    soon = found.task in actions.FREE or (
        found.task is status.Task.UPDATING and all(
            one.verb == VERB for one in tx.operations.list(
                found.id, operation.UNFINISHED)))
    return dataclasses.replace(
        promise, awaited=soon and found.server_status == 'ACTIVE')


def _claim(tx: typing.Any, found: instance.Instance) -> status.Task:
    """Take the instance; the task it was in, which may be a restart that
    is wanted: values that stop an engine are got rid of like this."""
    if found.server_status != 'ACTIVE':
        raise exception.Unprocessable(
            'Instance %s is not ready: its status is %s.'
            % (found.id, found.status))
    before: status.Task = tx.instances.get(found.id).task
    if before not in actions.FREE:
        raise exception.InstanceBusy(instance_id=found.id,
                                     task=before.action)
    tx.instances.claim(found.id, status.Task.UPDATING, allowed=(before,))
    return before


def _add(ctx: context.Context, deps: deps_.Deps, tx: typing.Any,
         found: instance.Instance, old: Values, new: Values,
         **arguments: str | None) -> Promise:
    operation_id = str(uuid.uuid4())
    tx.operations.add(VERB, found.id, ctx, {
        **plan(deps, found, old, new), **arguments,
        'overrides': new, 'previous': old}, operation_id=operation_id)
    return Promise(operation_id=operation_id, instance_id=found.id)


def plan(deps: deps_.Deps, found: instance.Instance, old: Values,
         new: Values) -> dict[str, typing.Any]:
    """What to tell a running engine, how to take it back, what is left.

    A value that goes away is replaced by the template's at once, and where
    the template has none by the engine's own with the next start.
    """
    version = datastores.version_by_id(
        deps, str(found.datastore_version_id), True)
    known = configuration_values.by_name(parameters.listing(deps, version))
    defaults = instance_defaults.plain(
        instance_defaults.rendered(deps, found))
    was = {**defaults, **instance_defaults.plain(old)}
    is_ = {**defaults, **instance_defaults.plain(new)}
    dynamic, undo, restart = {}, {}, False
    changed = {name.lower() for name in (*old, *new)
               if _get(old, name) != _get(new, name)}
    for name in sorted(changed):
        plain = name.replace('-', '_')
        parameter = known.get(name)
        if (parameter is None or parameter.restart_required
                or plain not in is_):
            restart = True
            continue
        dynamic[plain] = is_[plain]
        if plain in was:
            undo[plain] = was[plain]
    return {'dynamic': dynamic, 'undo': undo, 'restart': restart}


def _get(values: Values, name: str) -> configuration.Value | None:
    for known, value in values.items():
        if known.lower() == name.lower():
            return value
    return None
