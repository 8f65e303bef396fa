# SPDX-License-Identifier: Apache-2.0
"""Databases and users of a request: rules that every engine shares.

What an engine itself demands of names and passwords is asked of its
control half.
"""

import ipaddress
import typing

from trove.common import exception
from trove.objects import order


class NamedTwice(exception.BadRequest):
    """A name occurs twice in one request."""

    template = '%(kind)s %(name)s is given twice.'


class Reserved(exception.BadRequest):
    """The engine or the agent needs the name for itself."""

    template = '%(kind)s name %(name)s is reserved.'


class UnknownDatabase(exception.BadRequest):
    """A user may use a database that the request does not create."""

    template = ('User %(user)s names database %(database)s, which is not '
                'among the databases of the request.')


class BadHost(exception.BadRequest):
    """The host of a user is no address."""

    template = ('Host %(host)s of user %(user)s must be an address, a '
                'network, or a pattern such as 10.0.%% .')


def check(engine: typing.Any, databases: tuple[order.DatabaseSpec, ...],
          users: tuple[order.UserSpec, ...], valid_ip: bool) -> None:
    """Hold the databases and users of a create request."""
    check_databases(engine, databases)
    names = {spec.name for spec in databases}
    for spec in users:
        for name in spec.databases:
            if name not in names:
                raise UnknownDatabase(user=spec.name, database=name)
    check_users(engine, users, valid_ip)


def check_databases(engine: typing.Any,
                    databases: tuple[order.DatabaseSpec, ...]) -> None:
    """Hold databases that shall be made."""
    seen: set[str] = set()
    for spec in databases:
        check_database_name(engine, spec.name)
        if spec.name in seen:
            raise NamedTwice(kind='Database', name=spec.name)
        seen.add(spec.name)
        engine.check_database(spec)


def check_users(engine: typing.Any, users: tuple[order.UserSpec, ...],
                valid_ip: bool) -> None:
    """Hold users that shall be made."""
    _check_named(engine, users)
    for spec in users:
        _check_host(spec, valid_ip)
        for name in spec.databases:
            check_database_name(engine, name)
        engine.check_user(spec)
        engine.check_password(spec.password)


def check_passwords(engine: typing.Any,
                    users: tuple[order.UserSpec, ...]) -> None:
    """Hold users that exist and shall have new passwords."""
    _check_named(engine, users)
    for spec in users:
        engine.check_password(spec.password)


def check_database_name(engine: typing.Any, name: str) -> None:
    """Raise Reserved for a database that is no tenant's."""
    # In small letters, as guests compare: an engine may fold case.
    if name.lower() in engine.reserved_databases:
        raise Reserved(kind='Database', name=name)


def check_user_name(engine: typing.Any, name: str) -> None:
    """Raise Reserved for a user that is no tenant's."""
    if name in engine.reserved_users:
        raise Reserved(kind='User', name=name)


def _check_named(engine: typing.Any,
                 users: tuple[order.UserSpec, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for spec in users:
        check_user_name(engine, spec.name)
        if (spec.name, spec.host) in seen:
            raise NamedTwice(kind='User', name=spec.name)
        seen.add((spec.name, spec.host))


def _check_host(spec: order.UserSpec, valid_ip: bool) -> None:
    if not valid_ip or spec.host == '%':
        return
    try:
        ipaddress.ip_network(_filled(spec.host), strict=False)
    except ValueError:
        raise BadHost(host=spec.host, user=spec.name) from None


def _filled(host: str) -> str:
    """A pattern with its wildcards filled in: 10.0.% becomes 10.0.1.1."""
    address, slash, length = host.partition('/')
    if '%' not in address or ':' in address:
        return address.replace('%', '1') + slash + length
    parts = address.replace('%', '1').split('.')
    parts += ['1'] * (4 - len(parts))
    return '.'.join(parts) + slash + length
