# SPDX-License-Identifier: Apache-2.0
"""Databases of the tenant."""

import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import quoting
from trove.guestkit import paging
from trove.objects import order


class SqlDatabases(interfaces.Databases):
    """Schemas; ``reserved`` ones are neither shown nor touched."""

    def __init__(self, connector: connection.Connector,
                 reserved: typing.Iterable[str]) -> None:
        self._connector = connector
        self._reserved = frozenset(reserved)

    def create(self, spec: order.DatabaseSpec) -> None:
        """Create the database unless it is there."""
        self._guard(spec.name)
        words = ['CREATE DATABASE IF NOT EXISTS', quoting.name(spec.name)]
        if spec.character_set:
            words += ['CHARACTER SET', quoting.name(spec.character_set)]
        if spec.collate:
            words += ['COLLATE', quoting.name(spec.collate)]
        with self._connector.open() as engine:
            engine.run(' '.join(words))

    def delete(self, name: str) -> None:
        """Drop the database if it is there."""
        self._guard(name)
        with self._connector.open() as engine:
            engine.run('DROP DATABASE IF EXISTS ' + quoting.name(name))

    def list(self, limit: int | None = None, marker: str | None = None,
             include_marker: bool = False) -> interfaces.Page:
        """A page of databases in the order of their names."""
        with self._connector.open() as engine:
            rows = engine.run(
                'SELECT schema_name, default_character_set_name,'
                ' default_collation_name FROM information_schema.schemata')
        found = sorted(
            (name, {'name': name, 'character_set': charset,
                    'collate': collate})
            for name, charset, collate in rows
            if name.lower() not in self._reserved)
        return paging.page(found, limit, marker, include_marker)

    def _guard(self, name: str) -> None:
        if name.lower() in self._reserved:
            raise exception.Forbidden(
                reason='database %s belongs to the engine.' % name)
