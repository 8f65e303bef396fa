# SPDX-License-Identifier: Apache-2.0
"""Certificates of instances."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class InstanceTls(base.Base):
    """How connections to an instance are encrypted.

    The three states hold private keys and are sealed, each for its own
    column. ``expires`` is of the current certificate, for those who look
    for what to renew.
    """

    __tablename__ = 'instance_tls'

    instance_id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    mode: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    source: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    expires: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME, index=True)
    current: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    previous: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    pending: orm.Mapped[str | None] = orm.mapped_column(types.LONG_TEXT)
    updated: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
