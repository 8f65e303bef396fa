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
        self._make_usages(project_id, deltas)
        over = [name for name, delta in deltas.items() if delta > 0
                and not self._grow(project_id, name, delta,
                                   defaults[name])]
        if over:
            raise exception.QuotaExceeded(
                details=self._explain(project_id, over, deltas, defaults))
        if deltas:
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

    def _make_usages(self, project_id, names):
        row = tables.Usage
        known = set(self._connection.execute(
            _KNOWN, {'project': project_id}).scalars())
        missing = [name for name in names if name not in known]
        if missing:
            now = self._connection.execute(
                sa.select(types.utcnow())).scalar()
            upsert.upsert(self._connection, row, [
                {'tenant_id': project_id, 'resource': name, 'in_use': 0,
                 'reserved': 0, 'updated': now} for name in missing],
                ('tenant_id', 'resource'))

    def _grow(self, project_id, resource, delta, default):
        return self._connection.execute(_GROW, {
            'project': project_id, 'name': resource, 'delta': delta,
            'usual': default}).rowcount

    def _explain(self, project_id, over, deltas, defaults):
        used = {usage.resource: usage
                for usage in self.usages(project_id, defaults)}
        return ', '.join('%s (asked for %d, in use %d of %d)' % (
            name, deltas[name], used[name].in_use + used[name].reserved,
            used[name].limit) for name in over)

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


# Building these statements costs more than running them: once is enough.

def _grow():
    """The statement that takes more of a resource if the limit allows."""
    row, own = tables.Usage, tables.Quota
    project, name = sa.bindparam('project'), sa.bindparam('name')
    delta = sa.bindparam('delta', type_=sa.Integer)
    limit = sa.func.coalesce(
        sa.select(own.hard_limit).where(
            own.tenant_id == project,
            own.resource == name).scalar_subquery(),
        sa.bindparam('usual', type_=sa.Integer))
    return sa.update(row).where(
        row.tenant_id == project, row.resource == name,
        sa.or_(limit < 0, row.in_use + row.reserved + delta <= limit)
    ).values(reserved=row.reserved + delta, updated=types.utcnow())


_GROW = _grow()
_KNOWN = sa.select(tables.Usage.resource).where(
    tables.Usage.tenant_id == sa.bindparam('project'))
_RESERVE = sa.insert(tables.Reservation).values(
    created=types.utcnow(), updated=types.utcnow())
