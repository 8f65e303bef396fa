# SPDX-License-Identifier: Apache-2.0
"""Quotas: of N parallel requests exactly as many pass as fit."""

import uuid

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import quota

RESERVED, COMMITTED, ROLLED_BACK, RELEASED = (
    'Reserved', 'Committed', 'Rolled Back', 'Released')


class Quotas:
    """Quotas, usages and reservations, in one transaction.

    A reservation moves on by a conditional UPDATE of its status, and only
    who moved it changes the usage; so each thing happens exactly once,
    however often it is asked for.
    """

    def __init__(self, connection):
        self._connection = connection

    def usages(self, project_id, defaults):
        """The Usage of every resource, in their usual order."""
        limits, usages = tables.Quota, tables.Usage
        own = dict(self._connection.execute(
            sa.select(limits.resource, limits.hard_limit).where(
                limits.tenant_id == project_id)).all())
        used = {row.resource: row for row in self._connection.execute(
            sa.select(usages).where(usages.tenant_id == project_id))}
        return [quota.Usage(
            resource=name, limit=own.get(name, defaults[name]),
            in_use=used[name].in_use if name in used else 0,
            reserved=used[name].reserved if name in used else 0)
            for name in quota.RESOURCES]

    def projects(self):
        """Every project that ever used something."""
        row = tables.Usage
        return self._connection.execute(
            sa.select(row.tenant_id).distinct().order_by(row.tenant_id)
        ).scalars().all()

    def set_limit(self, project_id, resource, limit):
        """A limit of the project's own; None: the default holds again."""
        row = tables.Quota
        if limit is None:
            self._connection.execute(sa.delete(row).where(
                row.tenant_id == project_id, row.resource == resource))
            return
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(self._connection, row, [
            {'tenant_id': project_id, 'resource': resource,
             'hard_limit': limit, 'updated': now}],
            ('tenant_id', 'resource'), ('hard_limit', 'updated'))

    def reserve(self, project_id, operation_id, instance_id, deltas,
                defaults):
        """Set the deltas aside for an operation, or QuotaExceeded.

        Only what grows is held against the limit; what shrinks is given
        back when the operation commits.
        """
        deltas = {name: delta for name, delta in sorted(deltas.items())
                  if delta}
        if not deltas:
            return
        _check(self._locked(project_id, deltas), deltas, defaults)
        grown = {name: max(delta, 0) for name, delta in deltas.items()}
        self._connection.execute(_GROW, {
            **dict.fromkeys(quota.RESOURCES, 0), **grown,
            'project': project_id, 'names': list(deltas)})
        self._connection.execute(_RESERVE, [
            {'id': str(uuid.uuid4()), 'tenant_id': project_id,
             'resource': name, 'delta': delta, 'status': RESERVED,
             'operation_id': operation_id, 'instance_id': instance_id}
            for name, delta in deltas.items()])

    def commit(self, operation_id):
        """What was reserved is in use now."""
        for row in self._moved(RESERVED, COMMITTED, operation_id):
            self._shift(row, in_use=row.delta, reserved=-max(row.delta, 0))

    def rollback(self, operation_id):
        """What was reserved is free again."""
        for row in self._moved(RESERVED, ROLLED_BACK, operation_id):
            self._shift(row, reserved=-max(row.delta, 0))

    def release(self, instance_id):
        """All that the instance used or had reserved is free again."""
        mine = tables.Reservation.instance_id == instance_id
        for row in self._moved(COMMITTED, RELEASED, condition=mine):
            self._shift(row, in_use=-row.delta)
        for row in self._moved(RESERVED, ROLLED_BACK, condition=mine):
            self._shift(row, reserved=-max(row.delta, 0))

    def _locked(self, project_id, names):
        """Rows of what is used, which are ours till the transaction ends.
        """
        asked = {'project': project_id, 'names': list(names)}
        found = self._connection.execute(_LOCKED, asked).all()
        missing = set(names) - {row.resource for row in found}
        if not missing:
            return found
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        upsert.upsert(self._connection, tables.Usage, [
            {'tenant_id': project_id, 'resource': name, 'in_use': 0,
             'reserved': 0, 'updated': now} for name in sorted(missing)],
            ('tenant_id', 'resource'))
        return self._connection.execute(_LOCKED, asked).all()

    def _moved(self, before, after, operation_id=None, condition=None):
        """Reservations that this call, and no other, has moved on."""
        row = tables.Reservation
        if condition is None:
            condition = row.operation_id == operation_id
        for found in self._connection.execute(
                sa.select(row).where(condition, row.status == before)
                .order_by(row.resource, row.id)).all():
            if self._connection.execute(sa.update(row).where(
                    row.id == found.id, row.status == before).values(
                    status=after, updated=types.utcnow())).rowcount:
                yield found

    def _shift(self, reservation, in_use=0, reserved=0):
        row = tables.Usage
        self._connection.execute(sa.update(row).where(
            row.tenant_id == reservation.tenant_id,
            row.resource == reservation.resource).values(
                in_use=row.in_use + in_use,
                reserved=row.reserved + reserved, updated=types.utcnow()))


def _check(found, deltas, defaults):
    """Hold that everything that grows fits, or QuotaExceeded."""
    over = []
    for row in found:
        delta = deltas[row.resource]
        limit = (defaults[row.resource] if row.hard_limit is None
                 else row.hard_limit)
        if delta > 0 and 0 <= limit < row.used + delta:
            over.append('%s (asked for %d, in use %d of %d)' % (
                row.resource, delta, row.used, limit))
    if over:
        raise exception.QuotaExceeded(details=', '.join(over))


# Building these statements costs more than running them: once is enough.

_MINE = (
    tables.Usage.tenant_id == sa.bindparam('project'),
    tables.Usage.resource.in_(sa.bindparam('names', expanding=True)))
# Locked in one order by everybody, so that two requests of a project wait
# for each other and never deadlock.
_LOCKED = sa.select(
    tables.Usage.resource,
    (tables.Usage.in_use + tables.Usage.reserved).label('used'),
    sa.select(tables.Quota.hard_limit).where(
        tables.Quota.tenant_id == tables.Usage.tenant_id,
        tables.Quota.resource == tables.Usage.resource
    ).scalar_subquery().label('hard_limit'),
).where(*_MINE).order_by(tables.Usage.resource).with_for_update()
_GROW = sa.update(tables.Usage).where(*_MINE).values(
    updated=types.utcnow(), reserved=tables.Usage.reserved + sa.case(
        *((tables.Usage.resource == name,
           sa.bindparam(name, type_=sa.BigInteger))
          for name in quota.RESOURCES), else_=0))
_RESERVE = sa.insert(tables.Reservation).values(
    created=types.utcnow(), updated=types.utcnow())
