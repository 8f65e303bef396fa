# SPDX-License-Identifier: Apache-2.0
"""Modules on instances: which may be, bringing them there, taking them away.
"""

import datetime
import typing

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import datastore
from trove.objects import instance
from trove.objects import module as objects
from trove.operations import deps as deps_
from trove.operations import guest_calls
from trove.operations import modules

#: One module after another; the whole takes no longer than one guest may.
MOST_AT_ONCE = 20

APPLY = 'apply_modules'

Results: typing.TypeAlias = list[dict[str, typing.Any]]


class DoesNotFit(exception.BadRequest):
    """The module is for other instances."""

    template = 'Module %(name)s is not for this datastore version.'


class NotApplied(exception.NotFound):
    """The instance does not have it."""

    template = 'Module %(module_id)s is not applied.'


def chosen(ctx: context.Context, deps: deps_.Deps,
           module_ids: typing.Sequence[str], datastore_id: str | None,
           version_id: str | None) -> list[objects.Module]:
    """The modules that a caller names, in the order of their turns."""
    found = {one: modules.get(ctx, deps, one) for one in module_ids}
    for one in found.values():
        if not one.fits(datastore_id, version_id):
            raise DoesNotFit(name=one.name)
    return sorted(found.values(), key=lambda one: one.turn)


def for_new(ctx: context.Context, deps: deps_.Deps,
            module_ids: typing.Sequence[str],
            version: datastore.Version) -> list[str]:
    """Ids of what a new instance gets: what is asked for, and what every
    new one has."""
    place = version.datastore_id, version.id
    wanted = chosen(ctx, deps, module_ids, *place)
    with deps.db.reader() as tx:
        always = [one for one in tx.modules.list(ctx.project_id)
                  if one.auto_apply and one.fits(*place)]
    return list(dict.fromkeys(one.id for one in (*wanted, *always)))


def _datastore_of(deps: deps_.Deps, version_id: str | None) -> str | None:
    with deps.db.reader() as tx:
        for store in tx.datastores.list(True):
            if any(one.id == version_id for one in store.versions):
                return str(store.id)
    return None


def apply(ctx: context.Context, deps: deps_.Deps, server: instance.Instance,
          module_ids: typing.Sequence[str]) -> list[objects.Applied]:
    """Bring modules to an instance; what became of each."""
    version_id = server.datastore_version_id
    wanted = chosen(ctx, deps, module_ids,
                    _datastore_of(deps, version_id), version_id)
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        results = send(deps, server.id, [
            modules.get(ctx, deps, one.id, True) for one in wanted])
    record(deps.db, server.id, results)
    ids = {one.id for one in wanted}
    return [one for one in listing(deps, server) if one.module_id in ids]


def remove(ctx: context.Context, deps: deps_.Deps,
           server: instance.Instance, module_id: str) -> None:
    """Take a module away from an instance."""
    found = modules.get(ctx, deps, module_id)
    if not any(one.module_id == found.id for one in listing(deps, server)):
        raise NotApplied(module_id=module_id)
    if found.is_admin and not ctx.is_admin:
        raise exception.Forbidden(reason='an administrator made the module.')
    guest_calls.check_up(deps, server)
    try:
        with guest_calls.answered():
            deps.guest.module_remove(server.id, module_id)
    except exception.GuestFailed as error:
        # Gone already: an earlier answer was lost, or it never came there.
        if error.facts.get('guest_code') != 'module_not_applied':
            raise
    _take_away(deps, server.id, module_id)


def listing(deps: deps_.Deps, server: instance.Instance
            ) -> list[objects.Applied]:
    """What is on record; no guest is asked."""
    with deps.db.reader() as tx:
        found: list[objects.Applied] = tx.modules.of(server.id)
    return found


def from_guest(deps: deps_.Deps, server: instance.Instance
               ) -> list[objects.Applied]:
    """What the guest says, which goes on record, too."""
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        results = deps.guest.module_list(server.id)
    record(deps.db, server.id, results, everything=True)
    return listing(deps, server)


def send(deps: typing.Any, instance_id: str,
         wanted: typing.Sequence[objects.Module], again: bool = False
         ) -> Results:
    """Have a guest apply modules in this order; what became of each.

    A message holds so many contents and no more: they grow by a third when
    they are sealed, and line ends count twice. A module with longer ones
    goes in pieces ahead of the order to apply it. ``deps`` has the options
    and the client of guests.
    """
    most = deps.conf.guest_link.max_message_bytes // 4
    results: Results = []
    batch: Results = []
    room = most
    for one in wanted:
        order = {'id': one.id, 'name': one.name, 'type': one.type,
                 'md5': one.md5, 'again': again}
        contents = one.contents or ''
        if len(contents) > most:
            order['pieces'] = _send_pieces(deps, instance_id, one.id,
                                           contents, most)
        else:
            order['contents'] = contents
        size = 0 if 'pieces' in order else len(contents)
        if size > room:
            results += deps.guest.module_apply(instance_id, batch)
            batch, room = [], most
        batch.append(order)
        room -= size
    return results + list(deps.guest.module_apply(instance_id, batch))


def _send_pieces(deps: typing.Any, instance_id: str, module_id: str,
                 contents: str, most: int) -> int:
    starts = range(0, len(contents), most)
    for number, at in enumerate(starts):
        deps.guest.module_piece(instance_id, module_id, number,
                                contents[at:at + most])
    return len(starts)


@session.retried
def record(db: typing.Any, instance_id: str, results: typing.Any,
           everything: bool = False) -> None:
    """Keep what a guest said; a stranger's words are looked at first."""
    said = {one['id']: one for one in _checked(results)}
    with db.writer() as tx:
        known = {one.module_id for one in tx.modules.of(instance_id)}
        for module_id, one in said.items():
            if module_id in known or _is_there(tx, module_id):
                tx.modules.put_result(instance_id, module_id, one['md5'],
                                      one['status'], one['message'])
        for module_id in (known - set(said)) if everything else ():
            tx.modules.take_away(instance_id, module_id)


def reapply(ctx: context.Context, deps: deps_.Deps, found: objects.Module,
            md5: str | None, clustered: bool, size: int | None,
            delay_s: int | None, force: bool) -> int:
    """Promise the module's newest form to instances that have another.

    Batches follow each other by ``delay_s``; the number of instances.
    """
    conf = deps.conf
    size = size or conf.module_reapply_max_batch_size
    delay_s = (conf.module_reapply_min_batch_delay if delay_s is None
               else delay_s)
    if not ctx.is_admin:
        size = min(size, conf.module_reapply_max_batch_size)
        delay_s = max(delay_s, conf.module_reapply_min_batch_delay)
    project_id = None if ctx.is_admin else ctx.project_id
    with deps.db.reader() as tx:
        users = [one for one, has in tx.modules.users(
            found.id, project_id, clustered)
            if (md5 is None or has == md5) and (force or has != found.md5)]
    for at, instance_id in enumerate(users):
        _promise(ctx, deps, found, instance_id, force,
                 (at // size) * delay_s)
    return len(users)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps, found: objects.Module,
             instance_id: str, force: bool, after_s: int) -> None:
    with deps.db.writer() as tx:
        not_before = None
        if after_s:
            not_before = tx.now() + datetime.timedelta(seconds=after_s)
        operation_id = tx.operations.add(
            APPLY, instance_id, ctx,
            {'modules': [found.id], 'again': force}, not_before=not_before)
    if not after_s:
        deps.taskmanager.wake(operation_id)


@session.retried
def _take_away(deps: deps_.Deps, instance_id: str, module_id: str) -> None:
    with deps.db.writer() as tx:
        tx.modules.take_away(instance_id, module_id)


def _is_there(tx: typing.Any, module_id: str) -> bool:
    try:
        tx.modules.get(module_id)
    except exception.NotFound:
        return False
    return True


def _checked(results: typing.Any) -> Results:
    """Only what has the right form, and not too much of it."""
    found = []
    for one in results if isinstance(results, list) else ():
        if not isinstance(one, dict):
            continue
        id_, md5, state, words = (one.get(name) for name in (
            'id', 'md5', 'status', 'message'))
        if (isinstance(id_, str) and len(id_) <= 36
                and isinstance(md5, str) and len(md5) <= 32
                and state in ('OK', 'ERROR')):
            found.append({'id': id_, 'md5': md5, 'status': state,
                          'message': str(words or '')[:255]})
    return found[:1000]
