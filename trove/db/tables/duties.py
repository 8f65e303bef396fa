# SPDX-License-Identifier: Apache-2.0
"""Work that one process at a time does for all."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class Duty(base.Base):
    """One duty: when it is due again, and who is at it until when."""

    __tablename__ = 'duties'

    name: orm.Mapped[str] = orm.mapped_column(
        sa.String(64), primary_key=True)
    owner: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    due: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    lease_until: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
