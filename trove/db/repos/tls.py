# SPDX-License-Identifier: Apache-2.0
"""How connections to instances are encrypted; keys are sealed."""

import json

import sqlalchemy as sa

from trove.db import tables
from trove.db import types
from trove.db.repos import upsert
from trove.objects import tls as objects

_STATES = ('current', 'previous', 'pending')


class Tls:
    """Certificates of instances, in one transaction."""

    def __init__(self, connection, keyring):
        self._connection = connection
        self._keyring = keyring

    def get(self, instance_id):
        """What is on record of an instance; the default if nothing is."""
        row = self._row(instance_id)
        if row is None:
            return objects.Kept(instance_id=instance_id)
        states = {name: self._open(instance_id, name, getattr(row, name))
                  for name in _STATES}
        return objects.Kept(
            instance_id=instance_id, previous=states['previous'],
            current=states['current'] or objects.UNTOUCHED,
            pending=states['pending'])

    def put_pending(self, instance_id, state):
        """Note what is to come; nothing that counts is changed."""
        if self._row(instance_id) is None:
            upsert.upsert(self._connection, tables.InstanceTls, [{
                'instance_id': instance_id,
                'mode': objects.UNTOUCHED.mode, 'updated': self._now()}],
                ('instance_id',))
        self._change(instance_id, pending=self._seal(
            instance_id, 'pending', state))

    def drop_pending(self, instance_id):
        """What was to come does not come."""
        self._change(instance_id, pending=None)

    def keep(self, instance_id, expires, back=False):
        """What was to come is there; what was before may be gone back to.

        ``back``: this was the going back. Nothing pending: it was done.
        """
        kept = self.get(instance_id)
        if kept.pending is None:
            return
        previous = None if back else self._seal(
            instance_id, 'previous', kept.current)
        self._change(
            instance_id, mode=kept.pending.mode, source=kept.pending.source,
            expires=expires, pending=None, previous=previous,
            current=self._seal(instance_id, 'current', kept.pending))

    def renew(self, instance_id, expires):
        """What was to come is there, and is the same but newer."""
        kept = self.get(instance_id)
        if kept.pending is not None:
            self._change(instance_id, expires=expires, pending=None,
                         current=self._seal(instance_id, 'current',
                                            kept.pending))

    def forget(self, instance_id):
        """The instance is gone, and its keys with it."""
        row = tables.InstanceTls
        self._connection.execute(sa.delete(row).where(
            row.instance_id == instance_id))

    def issued(self, after=None, limit=100):
        """(instance id, expires) of those whose certificate is renewed by
        us, by id from after ``after`` on."""
        row = tables.InstanceTls
        query = sa.select(row.instance_id, row.expires).where(
            row.source == objects.Source.AUTHORITY).order_by(
                row.instance_id).limit(limit)
        if after is not None:
            query = query.where(row.instance_id > after)
        return [tuple(found) for found in self._connection.execute(query)]

    def _row(self, instance_id):
        row = tables.InstanceTls
        return self._connection.execute(sa.select(row).where(
            row.instance_id == instance_id)).first()

    def _change(self, instance_id, **values):
        row = tables.InstanceTls
        self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id).values(
                **values, updated=types.utcnow()))

    def _now(self):
        return self._connection.execute(sa.select(types.utcnow())).scalar()

    def _seal(self, instance_id, name, state):
        return self._keyring.seal(json.dumps(state.to_dict()).encode(),
                                  _place(instance_id, name))

    def _open(self, instance_id, name, sealed):
        if sealed is None:
            return None
        return objects.State.from_dict(json.loads(
            self._keyring.open(sealed, _place(instance_id, name))))


def _place(instance_id, name):
    return ('tls:%s:%s' % (name, instance_id)).encode()
