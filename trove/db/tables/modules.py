# SPDX-License-Identifier: Apache-2.0
"""Modules, and where they are applied."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Module(base.Base):
    """A piece of setup; its contents are sealed."""

    __tablename__ = 'modules'
    __table_args__ = (
        sa.Index('ix_modules_page', 'deleted', 'tenant_id', 'id'),
        base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    contents: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    description: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    tenant_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    datastore_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastores.id'))
    datastore_version_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id'))
    auto_apply: orm.Mapped[bool]
    visible: orm.Mapped[bool]
    live_update: orm.Mapped[bool]
    priority_apply: orm.Mapped[bool]
    apply_order: orm.Mapped[int]
    is_admin: orm.Mapped[bool]
    md5: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    deleted: orm.Mapped[bool]
    deleted_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)


class ModulePiece(base.Base):
    """Contents of a module from after its first piece on, sealed.

    One statement with all of them would be longer than a packet that
    databases take.
    """

    __tablename__ = 'module_pieces'

    module_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('modules.id', ondelete='CASCADE'),
        primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False)
    contents: orm.Mapped[str] = orm.mapped_column(types.LONG_TEXT)


class InstanceModule(base.Base):
    """A module that is, or is to be, on an instance."""

    __tablename__ = 'instance_modules'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    module_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('modules.id', ondelete='CASCADE'),
        primary_key=True, index=True)
    md5: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    status: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    message: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
