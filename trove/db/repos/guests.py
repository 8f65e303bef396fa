# SPDX-License-Identifier: Apache-2.0
"""Reports of guests and the links to them."""

import time

import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import instance as objects
from trove.objects import link
from trove.objects import status

_REPORTED = ('status_id', 'status_description', 'updated_at', 'boot', 'seq',
             'api_version', 'agent_version', 'engine_version', 'phase',
             'volume_total_gb', 'volume_used_gb', 'details')


class LinkNotFound(exception.NotFound):
    """The instance has no link: not made yet, or dropped with it."""

    template = 'Instance %(instance_id)s has no guest link.'


class Guests:
    """Guests, in one transaction."""

    def __init__(self, connection):
        self._connection = connection

    def put_link(self, instance_id, key_id, sealed_key, broker_user=None):
        """Store the key of a guest; a new key begins with new counters."""
        now = self._connection.execute(sa.select(types.utcnow())).scalar()
        values = {'key_id': key_id, 'sealed_key': sealed_key,
                  'next_key_id': None, 'next_sealed_key': None,
                  'broker_user': broker_user, 'tx_counter': 0, 'boot': 0,
                  'seq': 0, 'created': now}
        upsert.upsert(self._connection, tables.GuestLink,
                      [{'instance_id': instance_id, **values}],
                      ('instance_id',), tuple(values))

    def link(self, instance_id):
        """The link of an instance, or LinkNotFound."""
        rows = self._links(tables.GuestLink.instance_id == instance_id)
        if not rows:
            raise LinkNotFound(instance_id=instance_id)
        return rows[0]

    def put_next(self, instance_id, key_id, sealed_key):
        """Store the key that follows; False if one is stored already."""
        row = tables.GuestLink
        return bool(self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id, row.next_key_id.is_(None)
        ).values(next_key_id=key_id, next_sealed_key=sealed_key)).rowcount)

    def promote(self, instance_id, key_id):
        """Make the next key the only one, if it is ``key_id``.

        The counter of what it is sent goes on, since the guest keeps it.
        That of its reports begins anew, since what came under the old key
        counts no more: a guest whose clock had once been ahead, and who was
        made anew, would be heard no more until then.
        """
        row, report = tables.GuestLink, tables.ServiceStatus
        if not self._connection.execute(sa.update(row).where(
                row.instance_id == instance_id, row.next_key_id == key_id
        ).values(key_id=row.next_key_id, sealed_key=row.next_sealed_key)
        ).rowcount:
            return False
        self._connection.execute(sa.update(report).where(
            report.instance_id == instance_id).values(boot=0, seq=0))
        return self._forget_next(instance_id, key_id)

    def links(self, instance_ids=None):
        """All links, or those of some instances that there are."""
        if instance_ids is None:
            return self._links(sa.true())
        return self._links(tables.GuestLink.instance_id.in_(instance_ids))

    def linked(self):
        """Ids of all instances that have a link."""
        return list(self._connection.execute(
            sa.select(tables.GuestLink.instance_id)).scalars())

    def next_counter(self, instance_id):
        """A number no message to this guest has carried before.

        Never below the clock's seconds: after a database was restored from
        an older copy, guests would refuse all that comes as played again.
        """
        row = tables.GuestLink
        mine = row.instance_id == instance_id
        floor, following = int(time.time()), row.tx_counter + 1
        if not self._connection.execute(sa.update(row).where(mine).values(
                tx_counter=sa.case((following > floor, following),
                                   else_=floor))).rowcount:
            raise LinkNotFound(instance_id=instance_id)
        return self._connection.execute(
            sa.select(row.tx_counter).where(mine)).scalar()

    def accept(self, instance_id, boot, seq):
        """Whether (boot, seq) is newer than all accepted; then it is taken.
        """
        row = tables.GuestLink
        return bool(self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id, _older(row, boot, seq)
        ).values(boot=boot, seq=seq)).rowcount)

    def drop_link(self, instance_id):
        """Forget the key: nothing opens or reaches this guest any more."""
        self._connection.execute(sa.delete(tables.GuestLink).where(
            tables.GuestLink.instance_id == instance_id))

    def report(self, instance_id, report, boot, seq):
        """Store a report unless a newer one is known; whether it was."""
        return bool(self.report_many([(instance_id, report, boot, seq)]))

    def report_many(self, reports, keys=None):
        """Store (instance id, Report, boot, seq) in bulk, newest wins.

        ``keys`` are the ids of the keys that they came under, by instance:
        what came under a key that is dropped by now is left out, and so are
        unknown instances. Gives the ids of the instances whose report was
        taken. A handful of statements, whatever the number.
        """
        newest = {}
        if keys is not None:
            reports = self._under_valid(reports, keys)
        for instance_id, report, boot, seq in reports:
            best = newest.get(instance_id)
            if best is None or best[1:] < (boot, seq):
                newest[instance_id] = (report, boot, seq)
        row = tables.ServiceStatus
        # Locked in one order, so that two bulks cannot deadlock.
        stored = self._connection.execute(
            sa.select(row.instance_id, row.boot, row.seq).where(
                row.instance_id.in_(newest)).order_by(row.instance_id)
            .with_for_update())
        taken = {known.instance_id: newest[known.instance_id]
                 for known in stored
                 if (known.boot, known.seq) < newest[known.instance_id][1:]}
        if taken:
            now = self._connection.execute(
                sa.select(types.utcnow())).scalar()
            upsert.upsert(
                self._connection, row,
                [_row(instance_id, *what, now)
                 for instance_id, what in sorted(taken.items())],
                ('instance_id',), _REPORTED)
        return set(taken)

    def reports(self, instance_ids):
        """The newest Report of each of the instances, in one statement."""
        row = tables.ServiceStatus
        return {found.instance_id: objects.Report(
            status=status.SERVICE_BY_CODE[found.status_id],
            reported_at=found.updated_at, api_version=found.api_version,
            agent_version=found.agent_version,
            engine_version=found.engine_version, phase=found.phase,
            volume_total_gb=found.volume_total_gb,
            volume_used_gb=found.volume_used_gb, details=found.details or {})
            for found in self._connection.execute(sa.select(row).where(
                row.instance_id.in_(sorted(instance_ids))))}

    def set_status(self, instance_id, service):
        """Set what the control plane itself knows of the engine."""
        row = tables.ServiceStatus
        self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id).values(
                status_id=service.code, status_description=service.value,
                updated_at=types.utcnow()))

    def _forget_next(self, instance_id, key_id):
        # A statement of its own: MariaDB works through assignments from the
        # left and would forget the next key before it has moved it.
        row = tables.GuestLink
        return bool(self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id, row.next_key_id == key_id
        ).values(next_key_id=None, next_sealed_key=None)).rowcount)

    def _under_valid(self, reports, keys):
        row = tables.GuestLink
        valid = {(found.instance_id, key_id)
                 for found in self._connection.execute(
                     sa.select(row.instance_id, row.key_id, row.next_key_id)
                     .where(row.instance_id.in_(keys)))
                 for key_id in (found.key_id, found.next_key_id)}
        return [one for one in reports if (one[0], keys[one[0]]) in valid]

    def _links(self, condition):
        row, report = tables.GuestLink, tables.ServiceStatus
        rows = self._connection.execute(
            sa.select(row, report.api_version).outerjoin_from(
                row, report, row.instance_id == report.instance_id
            ).where(condition).order_by(row.instance_id))
        return [link.Link(
            instance_id=found.instance_id, key_id=found.key_id,
            sealed_key=found.sealed_key, broker_user=found.broker_user,
            next_key_id=found.next_key_id,
            next_sealed_key=found.next_sealed_key,
            tx_counter=found.tx_counter, boot=found.boot, seq=found.seq,
            api_version=found.api_version) for found in rows]


def first_status(instance_id):
    """The row that stands for a guest that has not spoken yet."""
    return {'instance_id': instance_id,
            'status_id': status.Service.NEW.code,
            'status_description': status.Service.NEW.value,
            'boot': 0, 'seq': 0, 'details': {}}


def _older(row, boot, seq):
    return sa.or_(row.boot < boot, sa.and_(row.boot == boot, row.seq < seq))


def _row(instance_id, report, boot, seq, now):
    return {'instance_id': instance_id, 'boot': boot, 'seq': seq,
            'status_id': report.status.code,
            'status_description': report.status.value,
            'updated_at': report.reported_at or now,
            'api_version': report.api_version,
            'agent_version': report.agent_version,
            'engine_version': report.engine_version, 'phase': report.phase,
            'volume_total_gb': report.volume_total_gb,
            'volume_used_gb': report.volume_used_gb,
            'details': report.details}
