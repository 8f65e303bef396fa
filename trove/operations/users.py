# SPDX-License-Identifier: Apache-2.0
"""Database users of an instance, and what they may use.

The caller has loaded the instance, and may do what it asks for. A user is
named by name and host.
"""

import dataclasses
import typing

from trove.common import exception
from trove.objects import account
from trove.objects import instance
from trove.objects import order
from trove.operations import accounts
from trove.operations import deps as deps_
from trove.operations import guest_calls


class UserNotFound(exception.NotFound):
    """No such user."""

    template = 'User %(name)s@%(host)s does not exist.'


class UserExists(exception.BadRequest):
    """The name and host are taken."""

    template = 'User %(name)s@%(host)s exists already.'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What shall be different about a user; None stays as it is."""

    name: str | None = None
    host: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)


def listing(deps: deps_.Deps, server: instance.Instance, limit: int,
            marker: str | None) -> tuple[list[account.User], str | None]:
    """A page of users and the marker of the next page."""
    guest_calls.engine_of(deps, server, 'users')
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        items, following = deps.guest.list_users(
            server.id, limit=limit, marker=marker)
    return [_user(item) for item in items], following


def get(deps: deps_.Deps, server: instance.Instance,
        who: account.Who) -> account.User:
    """One user with what it may use, or UserNotFound."""
    _open(deps, server, who)
    return _known(deps, server, who)


def create(deps: deps_.Deps, server: instance.Instance,
           specs: tuple[order.UserSpec, ...]) -> None:
    """Make users, none of which may exist."""
    engine = guest_calls.engine_of(deps, server, 'users')
    accounts.check_users(engine, specs,
                         deps.conf.hostname_require_valid_ip)
    guest_calls.check_up(deps, server)
    for spec in specs:
        if _find(deps, server, account.Who(spec.name, spec.host)):
            raise UserExists(name=spec.name, host=spec.host)
    if specs:
        with guest_calls.accepted(server, 'create users'):
            deps.guest.create_user(server.id, [_order(spec)
                                               for spec in specs])


def change_passwords(deps: deps_.Deps, server: instance.Instance,
                     specs: tuple[order.UserSpec, ...]) -> None:
    """Give users new passwords; all of them must exist."""
    engine = guest_calls.engine_of(deps, server, 'users')
    accounts.check_passwords(engine, specs)
    guest_calls.check_up(deps, server)
    for spec in specs:
        _known(deps, server, account.Who(spec.name, spec.host))
    if specs:
        with guest_calls.accepted(server, 'change passwords'):
            deps.guest.change_passwords(server.id, [
                {'name': spec.name, 'host': spec.host,
                 'password': spec.password} for spec in specs])


def update(deps: deps_.Deps, server: instance.Instance, who: account.Who,
           change: Change) -> None:
    """Rename a user, move it to another host, give it a password.

    It keeps what it may use. A change to what is so already is none.
    """
    engine = guest_calls.engine_of(deps, server, 'users')
    accounts.check_user_name(engine, who.name)
    target = account.Who(who.name if change.name is None else change.name,
                         who.host if change.host is None else change.host)
    _check_target(deps, engine, who, target, change)
    guest_calls.check_up(deps, server)
    _known(deps, server, who)
    if target != who and _find(deps, server, target):
        raise UserExists(name=target.name, host=target.host)
    changes = {name: value for name, value in (
        ('name', target.name if target.name != who.name else None),
        ('host', target.host if target.host != who.host else None),
        ('password', change.password)) if value is not None}
    if changes:
        with guest_calls.accepted(server, 'change a user'):
            deps.guest.update_attributes(server.id, *who, changes)


def delete(deps: deps_.Deps, server: instance.Instance,
           who: account.Who) -> None:
    """Drop a user."""
    _open(deps, server, who)
    _known(deps, server, who)
    with guest_calls.accepted(server, 'delete a user'):
        deps.guest.delete_user(server.id, {'name': who.name,
                                           'host': who.host})


def access(deps: deps_.Deps, server: instance.Instance,
           who: account.Who) -> tuple[str, ...]:
    """The databases that a user may use."""
    _open(deps, server, who)
    with guest_calls.answered():
        found = deps.guest.list_access(server.id, *who)
    return tuple(item['name'] for item in found)


def grant(deps: deps_.Deps, server: instance.Instance, who: account.Who,
          names: tuple[str, ...]) -> None:
    """Let a user use databases, all of which must exist."""
    engine = _check(deps, server, who)
    for name in names:
        accounts.check_database_name(engine, name)
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        deps.guest.grant_access(server.id, *who, list(names))


def revoke(deps: deps_.Deps, server: instance.Instance, who: account.Who,
           name: str) -> None:
    """Let a user use a database no more; effective at once."""
    engine = _check(deps, server, who)
    accounts.check_database_name(engine, name)
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        deps.guest.revoke_access(server.id, *who, name)


def _check(deps: deps_.Deps, server: instance.Instance,
           who: account.Who) -> typing.Any:
    engine = guest_calls.engine_of(deps, server, 'users')
    accounts.check_user_name(engine, who.name)
    return engine


def _open(deps: deps_.Deps, server: instance.Instance,
          who: account.Who) -> None:
    _check(deps, server, who)
    guest_calls.check_up(deps, server)


def _check_target(deps: deps_.Deps, engine: typing.Any, who: account.Who,
                  target: account.Who, change: Change) -> None:
    if change.password is not None:
        engine.check_password(change.password)
    if target != who:
        # The rules are those of a new user; where the password stays, one
        # that is in order stands for it.
        accounts.check_users(engine, (order.UserSpec(
            name=target.name, host=target.host,
            password=change.password or engine.new_password()),),
            deps.conf.hostname_require_valid_ip)


def _known(deps: deps_.Deps, server: instance.Instance,
           who: account.Who) -> account.User:
    found = _find(deps, server, who)
    if found is None:
        raise UserNotFound(name=who.name, host=who.host)
    return found


def _find(deps: deps_.Deps, server: instance.Instance,
          who: account.Who) -> account.User | None:
    with guest_calls.answered():
        found = deps.guest.get_user(server.id, *who)
    return _user(found) if found else None


def _user(item: dict[str, typing.Any]) -> account.User:
    return account.User(
        name=item['name'], host=item['host'],
        databases=tuple(one['name'] for one in item['databases']))


def _order(spec: order.UserSpec) -> dict[str, typing.Any]:
    return {'name': spec.name, 'password': spec.password,
            'host': spec.host,
            'databases': [{'name': name} for name in spec.databases]}
