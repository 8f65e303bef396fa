# SPDX-License-Identifier: Apache-2.0
"""Who may own things in other services: every instance, in few statements.
"""

import sqlalchemy as sa

from trove.db import tables
from trove.objects import orphan


class Ownership:
    """What is on record of all owners, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def owners(self):
        """{instance id: Owner} of every instance there is or was."""
        busy, ended = self._busy(), self._ended()
        row = tables.Instance
        return {one.id: orphan.Owner(
            instance_id=one.id, deleted=one.deleted,
            busy=one.id in busy, server_id=one.compute_instance_id,
            volume_id=one.volume_id, quiet_since=max(
                when for when in (one.created, one.deleted_at,
                                  ended.get(one.id)) if when is not None))
            for one in self._connection.execute(sa.select(
                row.id, row.deleted, row.compute_instance_id, row.volume_id,
                row.created, row.deleted_at))}

    def busy(self, instance_id):
        """Whether an unfinished operation may act on the instance."""
        row = tables.Operation
        return self._connection.execute(sa.select(sa.exists().where(
            row.instance_id == instance_id,
            row.finished.is_(None)))).scalar()

    def records(self):
        """Everything that is on record, as Things."""
        row = tables.Resource
        return [orphan.Thing(kind=one.kind, external_id=one.external_id,
                             instance_id=one.instance_id,
                             created=one.created)
                for one in self._connection.execute(sa.select(
                    row.kind, row.external_id, row.instance_id,
                    row.created))]

    def _busy(self):
        row = tables.Operation
        return set(self._connection.execute(
            sa.select(row.instance_id).where(
                row.finished.is_(None))).scalars())

    def _ended(self):
        """When the last operation of each instance ended."""
        row = tables.Operation
        return dict(self._connection.execute(
            sa.select(row.instance_id, sa.func.max(row.finished))
            .where(row.finished.is_not(None))
            .group_by(row.instance_id)).all())
