# SPDX-License-Identifier: Apache-2.0
"""Logs of an instance: list, switch, publish, discard.

A guest publishes into the caller's own account of the object store, with the
caller's token, which reaches it through the sealed link and is kept nowhere.
The caller has loaded the instance, and may do what it asks for.
"""

import logging
import typing

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import guest_log
from trove.objects import instance
from trove.objects import status
from trove.operations import deps as deps_
from trove.operations import guest_calls

LOG = logging.getLogger(__name__)

_ALL = 'all'


class NotExposed(exception.Forbidden):
    """The operator keeps this log from tenants."""

    template = 'The log %(name)s is not for tenants.'


def listing(ctx: context.Context, deps: deps_.Deps,
            server: instance.Instance) -> list[guest_log.GuestLog]:
    """The logs that the caller may see."""
    account = _account(ctx, deps, server)
    with guest_calls.answered():
        found = deps.guest.guest_log_list(server.id, account)
    return [one for one in map(_read, found)
            if _may_see(ctx, deps, server, one.name)]


def act(ctx: context.Context, deps: deps_.Deps, server: instance.Instance,
        name: str, **wish: bool) -> guest_log.GuestLog:
    """Do what is wished, in the order of the names; the log as it is then.

    A publication that lasts longer than `guest_log_publish_wait` goes on in
    the guest.
    """
    if wish.get('enable') and wish.get('disable'):
        raise exception.BadRequest('Name either enable or disable.')
    account = _account(ctx, deps, server)
    if not _may_see(ctx, deps, server, name):
        _refuse(deps, server, name, account)
    with guest_calls.answered():
        found = _read(deps.guest.guest_log_action(
            server.id, name, account, deps.conf.guest_log_publish_wait,
            **wish))
    if (found.status == guest_log.State.RESTART_REQUIRED
            and server.task is status.Task.NONE):
        _needs_restart(deps, server.id)
    return found


def _refuse(deps: deps_.Deps, server: instance.Instance, name: str,
            account: dict[str, typing.Any]) -> typing.NoReturn:
    """Say of a log that tenants may not see whether it is there at all."""
    with guest_calls.answered():
        found = deps.guest.guest_log_list(server.id, account)
    if name in {_read(one).name for one in found}:
        raise NotExposed(name=name)
    raise exception.NotFound(kind='Log', id=name)


def _may_see(ctx: context.Context, deps: deps_.Deps,
             server: instance.Instance, name: str) -> bool:
    exposed = guest_calls.engine_of(deps, server, 'logs').exposed_logs
    return ctx.is_admin or name in exposed or _ALL in exposed


def _account(ctx: context.Context, deps: deps_.Deps,
             server: instance.Instance) -> dict[str, typing.Any]:
    guest_calls.check_up(deps, server)
    found = deps.cloud.objects.account(ctx)
    conf = deps.conf
    return {'url': found.guest_url, 'token': found.token,
            'container': conf.guest_log_container_name,
            'limit_bytes': conf.guest_log_limit,
            'expiry_s': conf.guest_log_expiry}


def _read(facts: typing.Any) -> guest_log.GuestLog:
    try:
        return guest_log.GuestLog.from_dict(facts)
    except ValueError as error:
        raise exception.GuestFailed(
            'The guest told of a log in words that make no sense.'
        ) from error


@session.retried
def _needs_restart(deps: deps_.Deps, instance_id: str) -> None:
    with deps.db.writer() as tx:
        try:
            tx.instances.claim(instance_id, status.Task.RESTART_REQUIRED,
                               when_idle=False)
        except exception.InstanceBusy as error:
            LOG.info('instance %s: not marked for a restart: %s',
                     instance_id, error)
