# SPDX-License-Identifier: Apache-2.0
"""Quotas of projects, what is in use, and who took what."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Quota(base.Base):
    """A project's own limit, instead of the default."""

    __tablename__ = 'quotas'

    tenant_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    resource: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    hard_limit: orm.Mapped[int]
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)


class Usage(base.Base):
    """What a project uses and has reserved of one resource."""

    __tablename__ = 'quota_usages'

    tenant_id: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    resource: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    in_use: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    reserved: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)


class Reservation(base.Base):
    """One change of one usage; its status moves on exactly once each."""

    __tablename__ = 'reservations'
    __table_args__ = (
        sa.Index('ix_reservations_tenant_status', 'tenant_id', 'status'),
        base.MYSQL)

    id: orm.Mapped[str] = orm.mapped_column(types.ID, primary_key=True)
    tenant_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    resource: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    delta: orm.Mapped[int]
    status: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    operation_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    instance_id: orm.Mapped[str | None] = orm.mapped_column(
        types.ID, index=True)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
