# SPDX-License-Identifier: Apache-2.0
"""What instances own in other services."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import resource


class Resources:
    """Resources, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def put(self, instance_id, kind, external_id, operation_id=None,
            details=None):
        """Record a resource; recording it again only renews the details."""
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(
            self._connection, tables.Resource,
            [{'instance_id': instance_id, 'kind': kind,
              'external_id': external_id, 'operation_id': operation_id,
              'details': details, 'created': now}],
            ('instance_id', 'kind', 'external_id'), ('details',))

    def of(self, instance_id, kind=None):
        """The resources of an instance, oldest first."""
        row = tables.Resource
        query = sa.select(row).where(row.instance_id == instance_id)
        if kind is not None:
            query = query.where(row.kind == kind)
        return self._read(query)

    def all(self, kind=None):
        """The resources of all instances, to be held against a cloud's."""
        query = sa.select(tables.Resource)
        if kind is not None:
            query = query.where(tables.Resource.kind == kind)
        return self._read(query)

    def forget(self, instance_id, kind, external_id):
        """The resource is gone."""
        row = tables.Resource
        self._connection.execute(sa.delete(row).where(
            row.instance_id == instance_id, row.kind == kind,
            row.external_id == external_id))

    def _read(self, query):
        rows = self._connection.execute(query.order_by(
            tables.Resource.created, tables.Resource.external_id))
        return [resource.Resource(
            instance_id=row.instance_id, kind=row.kind,
            external_id=row.external_id, operation_id=row.operation_id,
            details=row.details) for row in rows]
