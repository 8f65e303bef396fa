# SPDX-License-Identifier: Apache-2.0
"""Duties: what one process at a time does for all, now and then."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import upsert

#: Seconds by which two takers may differ in what they ask for.
_SLACK_S = 60


class Duties:
    """Duties, in one transaction; counted by the database's clock."""

    def __init__(self, connection):
        self._connection = connection

    def take(self, name, owner, lease_s, every_s):
        """Whether the duty is due and now the owner's.

        Of N takers exactly one wins; the next turn is ``every_s`` later.
        An owner that dies loses it after ``lease_s``. Times that are farther
        away than that are of a clock that was set back since, and count for
        nothing.
        """
        row = tables.Duty
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(self._connection, row,
                      [{'name': name, 'due': now}], ('name',))
        return bool(self._connection.execute(sa.update(row).where(
            row.name == name, sa.or_(
                row.due <= types.utcnow(),
                row.due > types.utcnow(every_s + _SLACK_S)),
            sa.or_(row.lease_until.is_(None),
                   row.lease_until < types.utcnow(),
                   row.lease_until > types.utcnow(lease_s + _SLACK_S))
        ).values(owner=owner, lease_until=types.utcnow(lease_s),
                 due=types.utcnow(every_s))).rowcount)

    def keep(self, name, owner, lease_s):
        """Whether the duty is still the owner's; then for longer."""
        row = tables.Duty
        return bool(self._connection.execute(sa.update(row).where(
            row.name == name, row.owner == owner,
            row.lease_until >= types.utcnow()
        ).values(lease_until=types.utcnow(lease_s))).rowcount)

    def end(self, name, owner):
        """The owner is through; its successor need not wait for a lease."""
        row = tables.Duty
        self._connection.execute(sa.update(row).where(
            row.name == name, row.owner == owner
        ).values(owner=None, lease_until=None))
