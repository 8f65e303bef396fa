# SPDX-License-Identifier: Apache-2.0
"""Databases of an instance: list, show, create, delete.

The caller has loaded the instance, and may do what it asks for.
"""

import dataclasses
import typing

from trove.common import exception
from trove.objects import instance
from trove.objects import order
from trove.operations import accounts
from trove.operations import deps as deps_
from trove.operations import guest_calls


class DatabaseNotFound(exception.NotFound):
    """No such database."""

    template = 'Database %(name)s does not exist.'


class DatabaseExists(exception.BadRequest):
    """The name is taken."""

    template = 'Database %(name)s exists already.'


def listing(deps: deps_.Deps, server: instance.Instance, limit: int,
            marker: str | None
            ) -> tuple[list[order.DatabaseSpec], str | None]:
    """A page of databases and the marker of the next page."""
    guest_calls.engine_of(deps, server, 'databases')
    guest_calls.check_up(deps, server)
    with guest_calls.answered():
        items, following = deps.guest.list_databases(
            server.id, limit=limit, marker=marker)
    return [_spec(item) for item in items], following


def get(deps: deps_.Deps, server: instance.Instance,
        name: str) -> order.DatabaseSpec:
    """One database, or DatabaseNotFound."""
    engine = guest_calls.engine_of(deps, server, 'databases')
    accounts.check_database_name(engine, name)
    guest_calls.check_up(deps, server)
    found = _find(deps, server, name)
    if found is None:
        raise DatabaseNotFound(name=name)
    return found


def create(deps: deps_.Deps, server: instance.Instance,
           specs: tuple[order.DatabaseSpec, ...]) -> None:
    """Make databases, none of which may exist."""
    engine = guest_calls.engine_of(deps, server, 'databases')
    accounts.check_databases(engine, specs)
    guest_calls.check_up(deps, server)
    for spec in specs:
        if _find(deps, server, spec.name):
            raise DatabaseExists(name=spec.name)
    if specs:
        with guest_calls.accepted(server, 'create databases'):
            deps.guest.create_database(
                server.id, [dataclasses.asdict(spec) for spec in specs])


def delete(deps: deps_.Deps, server: instance.Instance, name: str) -> None:
    """Drop a database with all that is in it."""
    get(deps, server, name)
    with guest_calls.accepted(server, 'delete a database'):
        deps.guest.delete_database(server.id, {'name': name})


def _find(deps: deps_.Deps, server: instance.Instance,
          name: str) -> order.DatabaseSpec | None:
    with guest_calls.answered():
        items, _ = deps.guest.list_databases(
            server.id, limit=1, marker=name, include_marker=True)
    found = [item for item in items if item['name'] == name]
    return _spec(found[0]) if found else None


def _spec(item: dict[str, typing.Any]) -> order.DatabaseSpec:
    return order.DatabaseSpec(
        name=item['name'], character_set=item.get('character_set'),
        collate=item.get('collate'))
