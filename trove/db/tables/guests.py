# SPDX-License-Identifier: Apache-2.0
"""What guests say and how they are spoken to."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class ServiceStatus(base.Base):
    """The newest report of a guest; ``boot``, ``seq`` order reports."""

    __tablename__ = 'service_statuses'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    status_id: orm.Mapped[int]
    status_description: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
    boot: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    seq: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    api_version: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    agent_version: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    engine_version: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(64))
    phase: orm.Mapped[str | None] = orm.mapped_column(sa.String(32))
    volume_total_gb: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    volume_used_gb: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    details: orm.Mapped[dict] = orm.mapped_column(types.Json)


class GuestLink(base.Base):
    """The secret shared with a guest and the counters against replay.

    While a rotation is under way there is a next secret; it becomes the
    only one with the first message that opens under it.
    """

    __tablename__ = 'guest_links'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    key_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    sealed_key: orm.Mapped[str] = orm.mapped_column(sa.String(512))
    next_key_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    next_sealed_key: orm.Mapped[str | None] = orm.mapped_column(
        sa.String(512))
    broker_user: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    tx_counter: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    boot: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    seq: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
