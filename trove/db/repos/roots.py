# SPDX-License-Identifier: Apache-2.0
"""The history of root, one row an instance."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import root as objects

_CHANGES = ('user', 'created', 'deleted_at')


class Roots:
    """Who enabled root where, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def get(self, instance_id):
        """The RootHistory of an instance, or None if there never was."""
        row = tables.RootHistory
        found = self._connection.execute(
            sa.select(row).where(row.id == instance_id)).one_or_none()
        if found is None:
            return None
        return objects.RootHistory(
            instance_id=found.id, user_id=found.user,
            enabled_at=found.created, disabled_at=found.deleted_at)

    def enable(self, instance_id, user_id):
        """Note that this user enables root now."""
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        self._put(instance_id, user_id, now, None)

    def disable(self, instance_id):
        """Note that root is disabled; False if it was not enabled."""
        row = tables.RootHistory
        return bool(self._connection.execute(sa.update(row).where(
            row.id == instance_id, row.deleted_at.is_(None)
        ).values(deleted_at=types.utcnow())).rowcount)

    def restore(self, instance_id, before):
        """Put back what `get` gave before an enabling that failed."""
        if before is None:
            self._connection.execute(sa.delete(tables.RootHistory).where(
                tables.RootHistory.id == instance_id))
        else:
            self._put(instance_id, before.user_id, before.enabled_at,
                      before.disabled_at)

    def _put(self, instance_id, user_id, created, deleted_at):
        upsert.upsert(
            self._connection, tables.RootHistory,
            [{'id': instance_id, 'user': user_id, 'created': created,
              'deleted_at': deleted_at}], ('id',), _CHANGES)
