# SPDX-License-Identifier: Apache-2.0
"""Notifications that wait to be sent."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Notification(base.Base):
    """One event; its row goes when the broker has it."""

    __tablename__ = 'notifications'

    number: orm.Mapped[int] = orm.mapped_column(
        types.SERIAL, primary_key=True)
    id: orm.Mapped[str] = orm.mapped_column(types.ID)
    event_type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    publisher: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    payload: orm.Mapped[dict] = orm.mapped_column(types.Json)
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
