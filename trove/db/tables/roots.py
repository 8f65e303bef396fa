# SPDX-License-Identifier: Apache-2.0
"""Who enabled the superuser of which engine."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from trove.db import types
from trove.db.tables import base


class RootHistory(base.Base):
    """The newest enabling of root; ``deleted_at`` is when it was disabled.

    The row stays: an operator may have to know that a tenant has had root.
    """

    __tablename__ = 'root_enabled_history'

    id: orm.Mapped[str] = orm.mapped_column(
        types.ID, sa.ForeignKey('instances.id', ondelete='CASCADE'),
        primary_key=True)
    user: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    created: orm.Mapped[datetime.datetime] = orm.mapped_column(types.TIME)
    deleted_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(
        types.TIME)
