# SPDX-License-Identifier: Apache-2.0
"""Events that wait to be sent, in the order they happened."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.objects import event

_ADD = sa.insert(tables.Notification).values(created=types.utcnow())


class Notifications:
    """Notifications, in one transaction.

    An event is stored in the transaction of what it tells of: it is there
    if and only if that happened.
    """

    def __init__(self, connection):
        self._connection = connection

    def add(self, events):
        """Let these be sent."""
        rows = [{'id': one.id, 'event_type': one.event_type,
                 'publisher': one.publisher, 'payload': one.payload}
                for one in events]
        if rows:
            self._connection.execute(_ADD, rows)

    def oldest(self, limit):
        """The events that have waited longest."""
        row = tables.Notification
        return [event.Event(
            id=found.id, event_type=found.event_type,
            publisher=found.publisher, payload=found.payload,
            number=found.number)
            for found in self._connection.execute(
                sa.select(row).order_by(row.number).limit(limit))]

    def remove(self, number):
        """It was sent."""
        row = tables.Notification
        self._connection.execute(
            sa.delete(row).where(row.number == number))

    def count(self):
        """How many wait."""
        return self._connection.execute(
            sa.select(sa.func.count()).select_from(
                tables.Notification)).scalar()
