# SPDX-License-Identifier: Apache-2.0
"""Backups and backup strategies."""

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db.repos import upsert
from trove.objects import backup as backups


class BackupNotFound(exception.NotFound):
    """No such backup for this caller."""

    template = 'Backup %(backup_id)s does not exist.'


class Backups:
    """Backups, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def get(self, backup_id, project_id=None):
        """One backup, or BackupNotFound."""
        found = self._connection.execute(_visible(project_id).where(
            tables.Backup.id == backup_id)).first()
        if found is None:
            raise BackupNotFound(backup_id=backup_id)
        return _backup(found)

    def list(self, project_id=None, datastore_id=None, instance_id=None,
             limit=None, offset=0):
        """Backups, the one that changed last first."""
        row = tables.Backup
        query = _visible(project_id).order_by(
            row.updated.desc(), row.id.desc()).limit(limit).offset(offset)
        if datastore_id is not None:
            query = query.where(
                tables.Version.datastore_id == datastore_id)
        if instance_id is not None:
            query = query.where(row.instance_id == instance_id)
        return [_backup(found) for found in self._connection.execute(query)]


class Strategies:
    """Backup strategies, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def list(self, project_id, instance_id=None):
        """Those of a project, its own first; of one instance if named."""
        row = tables.BackupStrategy
        query = sa.select(row).where(row.tenant_id == project_id).order_by(
            row.instance_id)
        if instance_id is not None:
            query = query.where(row.instance_id == instance_id)
        return [backups.Strategy(
            project_id=found.tenant_id, instance_id=found.instance_id,
            backend=found.backend, swift_container=found.swift_container)
            for found in self._connection.execute(query)]

    def put(self, strategy):
        """Store it; one that is there is replaced."""
        upsert.upsert(self._connection, tables.BackupStrategy, [{
            'tenant_id': strategy.project_id,
            'instance_id': strategy.instance_id,
            'backend': strategy.backend,
            'swift_container': strategy.swift_container}],
            ('tenant_id', 'instance_id'), ('backend', 'swift_container'))

    def remove(self, project_id, instance_id):
        """Remove it, if it is there."""
        row = tables.BackupStrategy
        self._connection.execute(sa.delete(row).where(
            row.tenant_id == project_id, row.instance_id == instance_id))


def _visible(project_id):
    row, version, store = tables.Backup, tables.Version, tables.Datastore
    query = sa.select(
        row, version.name.label('version_name'),
        store.name.label('datastore_name'),
    ).outerjoin_from(
        row, version, version.id == row.datastore_version_id
    ).outerjoin(store, store.id == version.datastore_id
    ).where(~row.deleted)
    if project_id is not None:
        query = query.where(row.tenant_id == project_id)
    return query


def _backup(row):
    return backups.Backup(
        id=row.id, project_id=row.tenant_id, name=row.name,
        state=backups.State(row.state), created=row.created,
        updated=row.updated, description=row.description,
        location=row.location, size_gb=row.size,
        instance_id=row.instance_id, parent_id=row.parent_id,
        version_id=row.datastore_version_id, version_name=row.version_name,
        datastore_name=row.datastore_name,
        storage_driver=row.storage_driver)
