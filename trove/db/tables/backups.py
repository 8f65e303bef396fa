# SPDX-License-Identifier: Apache-2.0
"""Backups of instances."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Backup(base.Base):
    """One backup; an incremental one names its parent."""

    __tablename__ = 'backups'
    __table_args__ = (
        sa.Index('ix_backups_page', 'tenant_id', 'deleted', 'updated'),
        base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    description: orm.Mapped[str | None] = orm.mapped_column(sa.String(512))
    location: orm.Mapped[str | None] = orm.mapped_column(sa.String(1024))
    backup_type: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    size: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    tenant_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    state: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    instance_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    checksum: orm.Mapped[str | None] = orm.mapped_column(sa.String(128))
    parent_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    datastore_version_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id'))
    storage_driver: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(64))
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    deleted: orm.Mapped[bool]
    deleted_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)


class BackupStrategy(base.Base):
    """Where backups are kept; an empty instance id is the whole project.

    No foreign key: an empty text is no instance.
    """

    __tablename__ = 'backup_strategies'

    tenant_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, primary_key=True)
    backend: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    swift_container: orm.Mapped[str] = orm.mapped_column(sa.String(255))
