# SPDX-License-Identifier: Apache-2.0
"""The superuser of an instance's engine: enable, disable, its history.

The caller has loaded the instance, and may do what it asks for.
"""

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import account
from trove.objects import instance
from trove.objects import root
from trove.operations import deps as deps_
from trove.operations import guest_calls


class RootNotEnabled(exception.NotFound):
    """Root was never enabled, or is disabled already."""

    template = 'Root is not enabled on instance %(instance_id)s.'


def history(deps: deps_.Deps,
            instance_id: str) -> root.RootHistory | None:
    """Who enabled root last, and whether it still is; None if nobody."""
    with deps.db.reader() as tx:
        found: root.RootHistory | None = tx.roots.get(instance_id)
        return found


def is_enabled(deps: deps_.Deps, server: instance.Instance) -> bool:
    """Whether root is enabled, by the history alone."""
    guest_calls.engine_of(deps, server, 'root')
    found = history(deps, server.id)
    return found is not None and found.is_enabled


def enable(ctx: context.Context, deps: deps_.Deps,
           server: instance.Instance, password: str | None
           ) -> tuple[account.Who, str]:
    """Let root in with this password or a new one; (who, password).

    Again: a new password. It is on record before the guest is asked, so
    that root is never enabled and nobody knows; only what a guest refused
    is taken back.
    """
    engine = guest_calls.engine_of(deps, server, 'root')
    if password is not None:
        engine.check_password(password)
    guest_calls.check_up(deps, server)
    before = _note(ctx, deps, server.id)
    try:
        with guest_calls.answered():
            made = deps.guest.enable_root_with_password(
                server.id, password or engine.new_password())
    except exception.GuestSilent:
        raise
    except exception.TroveError:
        _take_back(deps, server.id, before)
        raise
    return account.Who(made['name']), made['password']


def disable(deps: deps_.Deps, server: instance.Instance) -> None:
    """Let root in no more; returns when it is out."""
    guest_calls.engine_of(deps, server, 'root')
    if not is_enabled(deps, server):
        raise RootNotEnabled(instance_id=server.id)
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        deps.guest.disable_root(server.id)
    _forget(deps, server.id)


@session.retried
def _note(ctx: context.Context, deps: deps_.Deps,
          instance_id: str) -> root.RootHistory | None:
    with deps.db.writer() as tx:
        before: root.RootHistory | None = tx.roots.get(instance_id)
        tx.roots.enable(instance_id, ctx.user_id)
    return before


@session.retried
def _take_back(deps: deps_.Deps, instance_id: str,
               before: root.RootHistory | None) -> None:
    with deps.db.writer() as tx:
        tx.roots.restore(instance_id, before)


@session.retried
def _forget(deps: deps_.Deps, instance_id: str) -> None:
    with deps.db.writer() as tx:
        tx.roots.disable(instance_id)
