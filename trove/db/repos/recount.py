# SPDX-License-Identifier: Apache-2.0
"""Bring a project's usage in line with what the project really has."""

import uuid

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import quotas
from trove.db.repos import upsert
from trove.objects import quota
from trove.objects.operation import State

#: What one instance uses of each resource.
_USES = {'instances': lambda row: 1, 'ram': lambda row: row.ram_mb,
         'volumes': lambda row: row.volume_size or 0}


def recount(connection, project_id):
    """Settle what was left open, then count anew; {resource: (old, new)}.

    Afterwards the committed reservations of each instance add up to what
    it uses, so that its deletion gives back exactly that.
    """
    before = _lock(connection, project_id)
    _settle(connection, project_id)
    _adjust(connection, project_id)
    after = {**_sums(connection, project_id),
             'backups': _backups(connection, project_id)}
    reserved = _reserved(connection, project_id)
    for name in quota.RESOURCES:
        connection.execute(sa.update(tables.Usage).where(
            tables.Usage.tenant_id == project_id,
            tables.Usage.resource == name).values(
                in_use=after.get(name, 0), reserved=reserved.get(name, 0),
                updated=types.utcnow()))
    return {name: (before[name],
                   (after.get(name, 0), reserved.get(name, 0)))
            for name in quota.RESOURCES}


def _lock(connection, project_id):
    """Nobody reserves, commits or releases until we are done."""
    row = tables.Usage
    now = connection.execute(sa.select(types.utcnow())).scalar()
    upsert.upsert(connection, row, [
        {'tenant_id': project_id, 'resource': name, 'in_use': 0,
         'reserved': 0, 'updated': now} for name in quota.RESOURCES],
        ('tenant_id', 'resource'))
    found = connection.execute(sa.select(row).where(
        row.tenant_id == project_id).order_by(row.resource)
        .with_for_update())
    return {one.resource: (one.in_use, one.reserved) for one in found}


def _settle(connection, project_id):
    """End reservations whose operation or instance has ended."""
    row, work, owner = (tables.Reservation, tables.Operation,
                        tables.Instance)
    for one in connection.execute(
            sa.select(row.id, work.state, work.finished).outerjoin_from(
                row, work, work.id == row.operation_id).where(
                row.tenant_id == project_id,
                row.status == quotas.RESERVED)).all():
        if one.state is not None and one.finished is None:
            continue
        _mark(connection, [one.id], quotas.COMMITTED
              if one.state == State.DONE else quotas.ROLLED_BACK)
    gone = connection.execute(
        sa.select(row.id).join_from(
            row, owner, owner.id == row.instance_id).where(
            row.tenant_id == project_id, owner.deleted,
            row.status == quotas.COMMITTED)).scalars().all()
    _mark(connection, gone, quotas.RELEASED)


def _mark(connection, ids, status):
    if ids:
        connection.execute(sa.update(tables.Reservation).where(
            tables.Reservation.id.in_(ids)).values(
                status=status, updated=types.utcnow()))


def _adjust(connection, project_id):
    """Add what is missing between an instance and its reservations."""
    row, owner = tables.Reservation, tables.Instance
    booked, building = {}, set()
    for one in connection.execute(
            sa.select(row).where(row.tenant_id == project_id)):
        if one.status == quotas.COMMITTED:
            key = one.instance_id, one.resource
            booked[key] = booked.get(key, 0) + one.delta
        elif one.status == quotas.RESERVED:
            building.add((one.instance_id, one.resource))
    for instance in connection.execute(
            sa.select(owner).where(owner.tenant_id == project_id,
                                   ~owner.deleted)).all():
        for name, uses in _USES.items():
            key = instance.id, name
            delta = uses(instance) - booked.get(key, 0)
            # While an operation is about to change it, the difference is
            # that operation's to settle.
            if delta and key not in building:
                _book(connection, project_id, key, delta)


def _book(connection, project_id, key, delta):
    connection.execute(sa.insert(tables.Reservation).values(
        id=str(uuid.uuid4()), tenant_id=project_id, resource=key[1],
        delta=delta, status=quotas.COMMITTED, operation_id=None,
        instance_id=key[0], created=types.utcnow(),
        updated=types.utcnow()))


def _sums(connection, project_id):
    row, owner = tables.Reservation, tables.Instance
    return {resource: int(total) for resource, total in connection.execute(
        sa.select(row.resource, sa.func.sum(row.delta)).join_from(
            row, owner, owner.id == row.instance_id).where(
            row.tenant_id == project_id, ~owner.deleted,
            row.status == quotas.COMMITTED).group_by(row.resource))}


def _reserved(connection, project_id):
    row = tables.Reservation
    return {resource: int(total) for resource, total in connection.execute(
        sa.select(row.resource, sa.func.sum(row.delta)).where(
            row.tenant_id == project_id, row.delta > 0,
            row.status == quotas.RESERVED).group_by(row.resource))}


def _backups(connection, project_id):
    row = tables.Backup
    return connection.execute(
        sa.select(sa.func.count()).select_from(row).where(
            row.tenant_id == project_id,
            ~row.deleted)).scalar()
