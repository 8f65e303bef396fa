# SPDX-License-Identifier: Apache-2.0
"""Remove rows of what ended long ago."""

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import quotas

_DAY_S = 86400
_SETTLED = (quotas.ROLLED_BACK, quotas.RELEASED)


def purge(connection, days):
    """Remove what ended more than ``days`` days ago; {table: rows}.

    Journals go with their operations. A deleted instance stays as long as
    a resource of it is recorded: that one would otherwise be an orphan
    which nothing remembers.
    """
    past = types.utcnow(-days * _DAY_S)
    work, journal = tables.Operation, tables.Journal
    reservation = tables.Reservation
    old = sa.select(work.id).where(work.finished <= past)
    removed = {
        'journal': _remove(connection, journal,
                           journal.operation_id.in_(old)),
        'operations': _remove(connection, work, work.finished <= past),
        'reservations': _remove(
            connection, reservation, reservation.updated <= past,
            reservation.status.in_(_SETTLED))}
    for table in (tables.Backup, tables.Configuration, tables.Module):
        removed[table.__tablename__] = _remove(
            connection, table, table.deleted,
            table.deleted_at <= past, ~_used(table))
    removed['instances'] = _instances(connection, past)
    return removed


def _used(table):
    if table is tables.Configuration:
        row = tables.Instance
        return sa.exists().where(row.configuration_id == table.id)
    return sa.false()


def _instances(connection, past):
    row, owned = tables.Instance, tables.Resource
    gone = connection.execute(sa.select(row.id).where(
        row.deleted, row.deleted_at <= past,
        ~sa.exists().where(owned.instance_id == row.id))).scalars().all()
    # Faults, reports and links go by their foreign keys.
    return _remove(connection, row, row.id.in_(gone)) if gone else 0


def _remove(connection, table, *conditions):
    return connection.execute(
        sa.delete(table).where(*conditions)).rowcount
