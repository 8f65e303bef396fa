# SPDX-License-Identifier: Apache-2.0
"""Databases of the tenant."""

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import paging
from trove.datastores.sqlfamily.guest import quoting


class SqlDatabases(interfaces.Databases):
    """Schemas; ``reserved`` ones are neither shown nor touched."""

    def __init__(self, connector, reserved):
        self._connector = connector
        self._reserved = frozenset(reserved)

    def create(self, spec):
        """Create the database unless it is there."""
        self._guard(spec.name)
        words = ['CREATE DATABASE IF NOT EXISTS', quoting.name(spec.name)]
        if spec.character_set:
            words += ['CHARACTER SET', quoting.name(spec.character_set)]
        if spec.collate:
            words += ['COLLATE', quoting.name(spec.collate)]
        with self._connector.open() as connection:
            connection.run(' '.join(words))

    def delete(self, name):
        """Drop the database if it is there."""
        self._guard(name)
        with self._connector.open() as connection:
            connection.run('DROP DATABASE IF EXISTS ' + quoting.name(name))

    def list(self, limit=None, marker=None, include_marker=False):
        """A page of databases in the order of their names."""
        with self._connector.open() as connection:
            rows = connection.run(
                'SELECT schema_name, default_character_set_name,'
                ' default_collation_name FROM information_schema.schemata')
        found = sorted(
            (name, {'name': name, 'character_set': charset,
                    'collate': collate})
            for name, charset, collate in rows
            if name.lower() not in self._reserved)
        return paging.page(found, limit, marker, include_marker)

    def _guard(self, name):
        if name.lower() in self._reserved:
            raise exception.Forbidden(
                reason='database %s belongs to the engine.' % name)
