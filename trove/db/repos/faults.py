# SPDX-License-Identifier: Apache-2.0
"""The newest failure of each instance."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import upsert

MESSAGE_LENGTH = 255


class Faults:
    """Faults, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def put(self, instance_id, message, details=None):
        """Store the newest fault; a longer message is cut at its end."""
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(
            self._connection, tables.Fault,
            [{'instance_id': instance_id,
              'message': _cut(message), 'details': details,
              'created': now, 'updated': now}],
            ('instance_id',), ('message', 'details', 'updated'))

    def clear(self, instance_id):
        """Forget the fault."""
        self._connection.execute(sa.delete(tables.Fault).where(
            tables.Fault.instance_id == instance_id))


def _cut(message):
    if len(message) <= MESSAGE_LENGTH:
        return message
    return message[:MESSAGE_LENGTH - 1] + '…'
