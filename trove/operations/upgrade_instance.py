# SPDX-License-Identifier: Apache-2.0
"""Promise an instance another version of its datastore, on its own data."""

import re
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import capacity
from trove.operations import configuration_values
from trove.operations import datastores
from trove.operations import deps as deps_
from trove.operations import guest_calls
from trove.operations import instances
from trove.operations import parameters
from trove.operations import rebuilding

VERB = 'upgrade_instance'


class NotUpgradable(exception.Unprocessable):
    """The instance cannot get this version."""

    template = ('Instance %(instance_id)s cannot be upgraded to %(version)s: '
                '%(reason)s.')


def upgrade_instance(ctx: context.Context, deps: deps_.Deps,
                     instance_id: str, version_ref: str) -> None:
    """Check, with the guest's word, then promise.

    The version on record changes when the work has succeeded. The version
    that it has already: its server is made anew from the image that the
    version has by now.
    """
    before = instances.get(ctx, deps, instance_id)
    version = _version(deps, before, version_ref)
    _check(before, version)
    _check_values(deps, before, version)
    image = capacity.image_of(deps, version)
    capacity.flavor_of(deps, before.flavor_id, version, image)
    _ask_guest(deps, before, version)
    asked = {**rebuilding.arguments(deps, before, image.id, version.number),
             'version_id': version.id}
    operation_id = str(uuid.uuid4())
    _promise(ctx, deps, before, version, asked, operation_id)
    deps.taskmanager.wake(operation_id)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps,
             before: instance.Instance, version: datastore.Version,
             asked: actions.Arguments, operation_id: str) -> None:
    known = parameters.listing(deps, version)
    with deps.db.writer() as tx:
        found = tx.instances.get(before.id)
        actions.check_ready(found)
        if found.datastore_version_id != before.datastore_version_id:
            raise exception.InstanceBusy(instance_id=found.id,
                                         task=status.Task.UPGRADING.action)
        overrides = rebuilding.overrides(tx, found, lock=True)
        _hold_values(found, version, known, overrides)
        actions.record(ctx, deps, tx, found, actions.Promise(
            verb=VERB, task=status.Task.UPGRADING, arguments={
                **asked, 'overrides': overrides}), operation_id)


def _version(deps: deps_.Deps, found: instance.Instance,
             version_ref: str) -> datastore.Version:
    store = datastores.find(deps, found.datastore_name or '', True)
    return datastores.version(store, version_ref)


def _check(found: instance.Instance, version: datastore.Version) -> None:
    actions.check_single(found)
    actions.check_ready(found)
    rebuilding.check_data(found)
    reason = _reason(found, version)
    if reason:
        raise NotUpgradable(instance_id=found.id, version=version.name,
                            reason=reason)


def _reason(found: instance.Instance,
            version: datastore.Version) -> str | None:
    if not version.active:
        return 'this version is not active'
    if version.manager != found.manager:
        return 'another manager serves this version'
    if found.replicas or found.replica_of:
        return 'it is part of a replication; detach it first'
    if version.id == found.datastore_version_id:
        return None
    if _number(version.number) < _number(found.version_number):
        return 'it has the newer version %s' % found.version_number
    return None


def _check_values(deps: deps_.Deps, found: instance.Instance,
                  version: datastore.Version) -> None:
    """Hold that the values of its group are good in the version as well."""
    known = parameters.listing(deps, version)
    with deps.db.reader() as tx:
        overrides = rebuilding.overrides(tx, found)
    _hold_values(found, version, known, overrides)


def _hold_values(found: instance.Instance, version: datastore.Version,
                 known: configuration_values.Parameters,
                 overrides: configuration_values.Values) -> None:
    if version.id == found.datastore_version_id:
        return      # they are in use
    try:
        configuration_values.check(version, known, overrides)
    except (exception.Unprocessable, exception.BadRequest) as error:
        raise NotUpgradable(
            instance_id=found.id, version=version.name,
            reason='its configuration group does not fit; detach it or '
                   'change it first: ' + error.message.rstrip('.')
        ) from error


def _ask_guest(deps: deps_.Deps, found: instance.Instance,
               version: datastore.Version) -> None:
    """What bars the way is told before anything is stopped."""
    guest_calls.check_up(deps, found)
    if version.number == found.version_number:
        return
    guest_calls.engine_of(deps, found, 'upgrades')
    with guest_calls.answered():
        deps.guest.upgrade_check(found.id, version.number)


def _number(text: str | None) -> list[int]:
    return [int(word) for word in re.findall(r'\d+', text or '')]
