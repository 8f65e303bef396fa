# SPDX-License-Identifier: Apache-2.0
"""Datastores, their versions, what these are bound to, their parameters."""

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Datastore(base.Base):
    """A datastore by name."""

    __tablename__ = 'datastores'

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255), unique=True)
    #: No foreign key: it would close a circle with the versions' own.
    default_version_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)


class Version(base.Base):
    """One version; several images of one name differ by their number."""

    __tablename__ = 'datastore_versions'
    __table_args__ = (
        sa.UniqueConstraint('datastore_id', 'name', 'version'), base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    datastore_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastores.id'))
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    version: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    manager: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    image_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)
    image_tags: orm.Mapped[list] = orm.mapped_column(types.Json)
    packages: orm.Mapped[list] = orm.mapped_column(types.Json)
    registry_ext: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    repl_strategy: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    active: orm.Mapped[bool]


class Binding(base.Base):
    """A flavor or volume type that a version may be used with."""

    __tablename__ = 'datastore_version_metadata'

    datastore_version_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id',
                                ondelete='CASCADE'), primary_key=True)
    key: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    value: orm.Mapped[str] = orm.mapped_column(
        sa.String(128), primary_key=True)


class Parameter(base.Base):
    """A tunable parameter of a version."""

    __tablename__ = 'datastore_configuration_parameters'

    datastore_version_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id',
                                ondelete='CASCADE'), primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(
        sa.String(128), primary_key=True)
    restart_required: orm.Mapped[bool]
    max_size: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    min_size: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    data_type: orm.Mapped[str] = orm.mapped_column(sa.String(128))
