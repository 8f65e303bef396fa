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
    _check_databases(engine, databases)
    names = {spec.name for spec in databases}
    seen: set[tuple[str, str]] = set()
    for spec in users:
        if spec.name in engine.reserved_users:
            raise Reserved(kind='User', name=spec.name)
        if (spec.name, spec.host) in seen:
            raise NamedTwice(kind='User', name=spec.name)
        seen.add((spec.name, spec.host))
        _check_host(spec, valid_ip)
        for name in spec.databases:
            if name not in names:
                raise UnknownDatabase(user=spec.name, database=name)
        engine.check_user(spec)
        engine.check_password(spec.password)


def _check_databases(engine: typing.Any,
                     databases: tuple[order.DatabaseSpec, ...]) -> None:
    seen: set[str] = set()
    for spec in databases:
        if spec.name in engine.reserved_databases:
            raise Reserved(kind='Database', name=spec.name)
        if spec.name in seen:
            raise NamedTwice(kind='Database', name=spec.name)
        seen.add(spec.name)
        engine.check_database(spec)


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
