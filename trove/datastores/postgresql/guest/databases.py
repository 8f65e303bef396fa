# SPDX-License-Identifier: Apache-2.0
"""Databases of the tenant."""

import typing

from psycopg import sql

from trove.datastores import interfaces
from trove.datastores.postgresql import rules
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import roles as owners
from trove.guestkit import paging
from trove.objects import order

#: All but the engine's own templates: whoever owns a database may make it one,
#: and owns it still. The column of ICU's locale has another name in each
#: version.
_ALL = ('SELECT d.datname, pg_encoding_to_char(d.encoding), d.datcollate, '
        "coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'), "
        "d.datlocprovider FROM pg_database d WHERE d.datname NOT IN "
        "('template0', 'template1')")


class PgDatabases(interfaces.Databases):
    """Databases; ``reserved`` ones are neither shown nor touched."""

    def __init__(self, connector: connection.Connector, roles: owners.Roles,
                 reserved: typing.Iterable[str]) -> None:
        self._connector = connector
        self._roles = roles
        self._reserved = frozenset(reserved)

    def create(self, spec: order.DatabaseSpec) -> None:
        """Create the database unless it is there."""
        self._roles.guard(spec.name)
        with self._connector.open() as engine:
            if not engine.run('SELECT 1 FROM pg_database WHERE datname = %s',
                              spec.name):
                engine.run(_statement(spec))
            self._roles.owner(engine, spec.name)

    def delete(self, name: str) -> None:
        """Drop the database if it is there, whoever is connected to it."""
        self._roles.guard(name)
        with self._connector.open() as engine:
            if engine.run('SELECT 1 FROM pg_database WHERE datname = %s AND '
                          'datistemplate', name):
                engine.run(connection.names(
                    'ALTER DATABASE {} IS_TEMPLATE false', name))
            engine.run(connection.names(
                'DROP DATABASE IF EXISTS {} WITH (FORCE)', name))
            self._roles.sweep(engine)

    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> interfaces.Page:
        """A page of databases in the order of their names."""
        with self._connector.open() as engine:
            rows = engine.run(_ALL)
        found = sorted(
            (name, {'name': name, 'character_set': encoding,
                    'collate': _shown(collate, locale, provider)})
            for name, encoding, collate, locale, provider in rows
            if name.lower() not in self._reserved)
        return paging.page(found, limit, marker, include_marker)


def _shown(collate: str, locale: str | None, provider: str) -> str:
    return '%s-x-icu' % locale if provider == 'i' else collate


def _statement(spec: order.DatabaseSpec) -> sql.Composed:
    """CREATE DATABASE from the template that goes with every encoding."""
    unicode = rules.is_unicode(spec.character_set)
    collation = spec.collate or ('C.UTF-8' if unicode else 'C')
    icu = rules.icu_of(collation)
    locale = rules.locale_of(collation) or collation
    if icu is not None:
        locale = 'C.UTF-8' if unicode else 'C'
    made = connection.names(
        'CREATE DATABASE {} TEMPLATE template0 ENCODING {encoding} '
        'LC_COLLATE {locale} LC_CTYPE {locale} ', spec.name,
        encoding=spec.character_set or 'UTF8', locale=locale)
    if icu is None:
        return made + sql.SQL('LOCALE_PROVIDER libc').format()
    return made + connection.names(
        'LOCALE_PROVIDER icu ICU_LOCALE {icu}', icu=icu)
