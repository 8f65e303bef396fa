# SPDX-License-Identifier: Apache-2.0
"""Instances, their faults and what they own in the cloud."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Instance(base.Base):
    """One row per instance; deleted ones stay until they are purged."""

    __tablename__ = 'instances'
    __table_args__ = (
        sa.Index('ix_instances_page', 'tenant_id', 'deleted', 'id'),
        sa.Index('ix_instances_changes', 'updated', 'id'),
        base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    hostname: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    compute_instance_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    task_id: orm.Mapped[int]
    task_description: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(255))
    task_start_time: orm.Mapped[datetime.datetime | None] = (
        orm.mapped_column(types.TIME))
    volume_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)
    volume_size: orm.Mapped[int | None]
    volume_type: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    flavor_id: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    ram_mb: orm.Mapped[int]
    tenant_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    server_status: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    addresses: orm.Mapped[list] = orm.mapped_column(types.Json)
    facts_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
    availability_zone: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(255))
    locality: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    region_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    access: orm.Mapped[dict] = orm.mapped_column(types.Json)
    datastore_version_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('datastore_versions.id'), index=True)
    configuration_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('configurations.id'), index=True)
    slave_of_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id'), index=True)
    cluster_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    shard_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)
    type: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    deleted: orm.Mapped[bool]
    deleted_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)


class Fault(base.Base):
    """The newest failure of an instance."""

    __tablename__ = 'instance_faults'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    message: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    details: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)


class Resource(base.Base):
    """A thing in another service that belongs to an instance.

    Written before or with its making, so that delete and the orphan report
    need no names to go by.
    """

    __tablename__ = 'resources'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, primary_key=True)
    kind: orm.Mapped[str] = orm.mapped_column(
        sa.String(32), primary_key=True)
    external_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(255), primary_key=True)
    operation_id: orm.Mapped[str | None] = orm.mapped_column(types.ID)
    details: orm.Mapped[dict | None] = orm.mapped_column(types.Json)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
