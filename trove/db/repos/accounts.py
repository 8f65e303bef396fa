# SPDX-License-Identifier: Apache-2.0
"""Accounts: projects that have instances."""

import sqlalchemy as sa

from trove.db import tables


class Accounts:
    """Projects and their instances, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def list(self):
        """(project id, number of its instances) of each that has any."""
        row = tables.Instance
        return [tuple(found) for found in self._connection.execute(
            sa.select(row.tenant_id, sa.func.count()).where(~row.deleted)
            .group_by(row.tenant_id).order_by(row.tenant_id))]

    def instances(self, project_id):
        """Ids of a project's instances."""
        row = tables.Instance
        return list(self._connection.execute(
            sa.select(row.id).where(row.tenant_id == project_id,
                                    ~row.deleted).order_by(row.id)
        ).scalars())
