# SPDX-License-Identifier: Apache-2.0
"""Configuration groups."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Configuration(base.Base):
    """A tenant's named set of parameter values."""

    __tablename__ = 'configurations'
    __table_args__ = (
        sa.Index('ix_configurations_page', 'tenant_id', 'deleted', 'id'),
        base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    description: orm.Mapped[str | None] = orm.mapped_column(sa.String(256))
    tenant_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    datastore_version_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id'))
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    deleted: orm.Mapped[bool]
    deleted_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)


class ConfigurationValue(base.Base):
    """The value of one parameter in a group, as JSON."""

    __tablename__ = 'configuration_parameters'

    configuration_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('configurations.id', ondelete='CASCADE'),
        primary_key=True)
    configuration_key: orm.Mapped[str] = orm.mapped_column(
        sa.String(128), primary_key=True)
    configuration_value: orm.Mapped[str] = orm.mapped_column(types.Json)
