# SPDX-License-Identifier: Apache-2.0
"""Configuration groups, their values, and who uses them."""

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.objects import configuration as configurations


class GroupNotFound(exception.NotFound):
    """No such group for this caller."""

    template = 'Configuration group %(group_id)s does not exist.'


class Configurations:
    """Configuration groups, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def add(self, group):
        """Store a new group with its values."""
        self._connection.execute(sa.insert(tables.Configuration), {
            'id': group.id, 'name': group.name,
            'description': group.description, 'tenant_id': group.project_id,
            'datastore_version_id': group.version_id,
            'created': group.created, 'updated': group.updated,
            'deleted': False})
        self._put_values(group.id, group.values)

    def get(self, group_id, project_id=None, lock=False):
        """One group with its values, or GroupNotFound.

        ``lock``: until the transaction ends nobody else can lock, change or
        delete it.
        """
        row = tables.Configuration
        if lock:
            self._connection.execute(
                sa.select(row.id).where(row.id == group_id)
                .with_for_update()).first()
        found = self._connection.execute(_visible(
            _query(), project_id).where(row.id == group_id)).first()
        if found is None:
            raise GroupNotFound(group_id=group_id)
        return _group(found, self._values(group_id))

    def list(self, project_id=None, limit=None, marker=None):
        """Groups by id from after ``marker`` on, without their values."""
        row = tables.Configuration
        query = _visible(_query(), project_id).order_by(row.id)
        if marker is not None:
            query = query.where(row.id > marker)
        if limit is not None:
            query = query.limit(limit)
        return [_group(found, {})
                for found in self._connection.execute(query)]

    def users(self, group_id, project_id=None, limit=None, marker=None):
        """(id, name) of the instances that use a group, by id."""
        row = tables.Instance
        query = _users(sa.select(row.id, row.name), group_id,
                       project_id).order_by(row.id)
        if marker is not None:
            query = query.where(row.id > marker)
        if limit is not None:
            query = query.limit(limit)
        return [tuple(found) for found in self._connection.execute(query)]

    def count_users(self, group_id, project_id=None):
        """How many instances use a group."""
        return self._connection.execute(_users(
            sa.select(sa.func.count()).select_from(tables.Instance),
            group_id, project_id)).scalar()

    def versions(self, group_id):
        """Ids of the datastore versions of the instances that use it."""
        return set(self._connection.execute(_users(
            sa.select(tables.Instance.datastore_version_id).distinct(),
            group_id, None)).scalars())

    def user_in(self, group_id, task):
        """An instance that uses it and is in this task, by id; or None."""
        row = tables.Instance
        return self._connection.execute(_users(
            sa.select(row.id).where(row.task_id == task.code).limit(1),
            group_id, None)).scalar()

    def change(self, group_id, values=None, **names):
        """Set name or description; ``values`` replaces all values."""
        row = tables.Configuration
        if not self._connection.execute(sa.update(row).where(
                row.id == group_id, ~row.deleted).values(
                    {**names, 'updated': types.utcnow()})).rowcount:
            raise GroupNotFound(group_id=group_id)
        if values is not None:
            self._drop_values(group_id)
            self._put_values(group_id, values)

    def delete(self, group_id):
        """End a group that no instance uses; False if one does."""
        row = tables.Configuration
        used = sa.exists().where(
            tables.Instance.configuration_id == group_id,
            ~tables.Instance.deleted)
        gone = self._connection.execute(sa.update(row).where(
            row.id == group_id, ~row.deleted, ~used).values(
                deleted=True, deleted_at=types.utcnow())).rowcount
        if gone:
            self._drop_values(group_id)
        return bool(gone)

    def _values(self, group_id):
        row = tables.ConfigurationValue
        return {found.configuration_key: found.configuration_value
                for found in self._connection.execute(sa.select(row).where(
                    row.configuration_id == group_id).order_by(
                        row.configuration_key))}

    def _put_values(self, group_id, values):
        if values:
            self._connection.execute(
                sa.insert(tables.ConfigurationValue),
                [{'configuration_id': group_id, 'configuration_key': name,
                  'configuration_value': value}
                 for name, value in values.items()])

    def _drop_values(self, group_id):
        row = tables.ConfigurationValue
        self._connection.execute(sa.delete(row).where(
            row.configuration_id == group_id))


def _query():
    row, version, store = (tables.Configuration, tables.Version,
                           tables.Datastore)
    return sa.select(
        row, store.name.label('datastore_name'),
        version.name.label('version_name'),
        version.version.label('version_number'),
    ).join_from(row, version, version.id == row.datastore_version_id
    ).join(store, store.id == version.datastore_id)


def _visible(query, project_id):
    row = tables.Configuration
    query = query.where(~row.deleted)
    if project_id is not None:
        query = query.where(row.tenant_id == project_id)
    return query


def _users(query, group_id, project_id):
    row = tables.Instance
    query = query.where(row.configuration_id == group_id, ~row.deleted)
    if project_id is not None:
        query = query.where(row.tenant_id == project_id)
    return query


def _group(row, values):
    return configurations.Group(
        id=row.id, project_id=row.tenant_id, name=row.name,
        version_id=row.datastore_version_id, created=row.created,
        updated=row.updated, description=row.description, values=values,
        datastore_name=row.datastore_name, version_name=row.version_name,
        version_number=row.version_number)
