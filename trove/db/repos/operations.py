# SPDX-License-Identifier: Apache-2.0
"""Operations: promised, taken by lease, kept, ended."""

import uuid

import sqlalchemy as sa
from sqlalchemy import orm

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.db.repos import operation_rows
from trove.objects.operation import State
from trove.objects.operation import UNFINISHED

_UNDER_WAY = (State.RUNNING, State.REVERTING)


# Building a statement costs more than running it: these are built once.
_ADD = sa.insert(tables.Operation).values(
    created=types.utcnow(), updated=types.utcnow())
_GET = sa.select(tables.Operation).where(
    tables.Operation.id == sa.bindparam('operation_id'))
_CANCELLING = sa.select(tables.Operation.id).where(
    tables.Operation.state.in_(UNFINISHED),
    tables.Operation.cancel.is_(True))


class OperationNotFound(exception.NotFound):
    """No such operation."""

    template = 'Operation %(operation_id)s does not exist.'


class Operations:
    """Operations, in one transaction.

    Leases are counted by the database's clock, so that the clocks of the
    taskmanagers' machines do not matter.
    """

    def __init__(self, connection, keyring):
        self._connection = connection
        self._keyring = keyring

    def add(self, verb, instance_id, ctx, arguments, operation_id=None,
            not_before=None):
        """Store a promise in the transaction that makes it possible.

        Gives its id.
        """
        operation_id = operation_id or str(uuid.uuid4())
        self._connection.execute(_ADD, {
            'id': operation_id, 'verb': verb, 'instance_id': instance_id,
            'project_id': ctx.project_id, 'context': ctx.to_dict(),
            'arguments': operation_rows.seal(
                self._keyring, operation_id, arguments),
            'state': State.PENDING, 'fence': 0, 'attempts': 0,
            'cancel': False, 'not_before': not_before})
        return operation_id

    def get(self, operation_id):
        """One operation, or OperationNotFound."""
        row = self._connection.execute(
            _GET, {'operation_id': operation_id}).first()
        if row is None:
            raise OperationNotFound(operation_id=operation_id)
        return operation_rows.to_object(self._keyring, row)

    def list(self, instance_id=None, states=None, limit=100, before=None):
        """Operations, newest first; ``limit`` None gives all.

        ``before``: only those with a smaller number.
        """
        row = tables.Operation
        query = sa.select(row).order_by(row.number.desc())
        if instance_id is not None:
            query = query.where(row.instance_id == instance_id)
        if states is not None:
            query = query.where(row.state.in_(states))
        if before is not None:
            query = query.where(row.number < before)
        if limit is not None:
            query = query.limit(limit)
        return [operation_rows.to_object(self._keyring, found)
                for found in self._connection.execute(query)]

    def open_arguments(self, operation_id):
        """The arguments without their secrets, for people to look at."""
        return operation_rows.without_secrets(
            self.get(operation_id).arguments)

    def waiting(self):
        """How many operations a taskmanager could take now."""
        return self._connection.execute(
            sa.select(sa.func.count()).select_from(tables.Operation).where(
                _due(), _first_of_its_instance())).scalar()

    def take(self, owner, lease_s, limit, verbs=None, among=None):
        """Own up to ``limit`` due operations for ``lease_s`` seconds.

        Of N takers of one operation exactly one wins; the operations of an
        instance are taken one after the other, in order. ``among``: ids of
        operations, of which only those that are due can be had.
        """
        row = tables.Operation
        due = sa.select(row.id, row.fence).where(
            _due(), _first_of_its_instance()).order_by(row.number)
        if verbs is not None:
            due = due.where(row.verb.in_(verbs))
        if among is not None:
            due = due.where(row.id.in_(among))
        # More than are wanted: others take from the same end of the queue.
        candidates = self._connection.execute(due.limit(4 * limit)).all()
        taken = []
        while candidates and len(taken) < limit:
            some = candidates[:limit - len(taken)]
            candidates = candidates[len(some):]
            taken += self._own(some, owner, lease_s)
        return taken

    def renew(self, keys, lease_s):
        """Extend leases, by their (operation id, fence).

        Gives two sets of keys: those that are extended, and those that
        another owner has. A row that somebody has locked is in neither and
        keeps no other from being extended.
        """
        row = tables.Operation
        ours = sa.and_(row.id.in_([one for one, _ in keys]),
                       row.state.in_(_UNDER_WAY))
        held = {(one.id, one.fence) for one in self._connection.execute(
            sa.select(row.id, row.fence).where(ours))} & set(keys)
        free = [one for one in self._connection.execute(
            sa.select(row.number, row.id, row.fence).where(ours)
            .order_by(row.number).with_for_update(skip_locked=True))
            if (one.id, one.fence) in held]
        if free:
            self._connection.execute(sa.update(row).where(
                row.number.in_([one.number for one in free])
            ).values(lease_until=types.utcnow(lease_s),
                     updated=types.utcnow()))
        return {(one.id, one.fence) for one in free}, set(keys) - held

    def leased_beyond(self, seconds):
        """(id, fence, end) of leases that last longer than that from now.
        """
        row = tables.Operation
        return [tuple(one) for one in self._connection.execute(
            sa.select(row.id, row.fence, row.lease_until).where(
                row.state.in_(_UNDER_WAY),
                row.lease_until > types.utcnow(seconds)))]

    def end_lease(self, operation_id, fence, until):
        """Let anybody take it, unless it was taken or renewed since."""
        self._owned(operation_id, fence, tables.Operation.lease_until
                    == until, lease_until=None)

    def release(self, operation_id, fence, not_before=None):
        """Give it back, progress kept, for another owner to go on with.

        ``not_before`` (by the database's clock) lets it rest till then.
        """
        row = tables.Operation
        self._must(operation_id, fence, owner=None, lease_until=None,
                   not_before=not_before,
                   state=sa.case((row.state == State.REVERTING,
                                  State.REVERTING), else_=State.PENDING))

    def progress(self, operation_id, fence, state=None, step=None,
                 error=None, error_code=None):
        """Note how far it has come, and what stopped it."""
        values = {'state': state, 'step': step, 'error': error,
                  'error_code': error_code}
        self._must(operation_id, fence, **{
            name: value for name, value in values.items()
            if value is not None})

    def finish(self, operation_id, fence, state, error_code=None,
               error=None):
        """End it, and forget its secrets.

        A FAILED one keeps them, sealed, since an operator may resume it.
        """
        if not state.is_end:
            raise ValueError('%s is not an end' % state)
        self._must(operation_id, fence, state=state, owner=None,
                   lease_until=None, error_code=error_code, error=error,
                   finished=types.utcnow())
        if state is not State.FAILED:
            self._scrub(operation_id)

    def request_cancel(self, instance_id, except_id=None):
        """Ask all unfinished operations of an instance to undo themselves.
        """
        row = tables.Operation
        self._connection.execute(sa.update(row).where(
            row.instance_id == instance_id, row.state.in_(UNFINISHED),
            row.id != (except_id or '')
        ).values(cancel=True, not_before=None, updated=types.utcnow()))

    def cancelled(self, operation_id):
        """Whether it was asked to undo itself."""
        return bool(self._connection.execute(
            sa.select(tables.Operation.cancel).where(
                tables.Operation.id == operation_id)).scalar())

    def cancelling(self):
        """Ids of all unfinished operations that were asked to."""
        return set(self._connection.execute(_CANCELLING).scalars())

    def _own(self, candidates, owner, lease_s):
        """Those of the candidates that nobody owned faster."""
        row = tables.Operation
        # Locked one after the other, in one order. The fence is the one
        # seen when it was found due: whoever was faster has raised it. What
        # is changed cannot tell afterwards who was: the faster one may be
        # another thread of the same owner. A row that a frozen owner keeps
        # locked keeps nobody from taking the others.
        numbers = self._connection.execute(sa.select(row.number).where(
            row.id.in_([one.id for one in candidates]),
            sa.or_(*(sa.and_(row.id == one.id, row.fence == one.fence)
                     for one in candidates)),
            _due()).order_by(row.number).with_for_update(skip_locked=True)
        ).scalars().all()
        if not numbers:
            return []
        self._connection.execute(sa.update(row).where(
            row.number.in_(numbers)).values(
                owner=owner, fence=row.fence + 1, attempts=row.attempts + 1,
                lease_until=types.utcnow(lease_s), not_before=None,
                state=sa.case((row.state == State.REVERTING,
                               State.REVERTING), else_=State.RUNNING),
                updated=types.utcnow()))
        return [operation_rows.to_object(self._keyring, found)
                for found in self._connection.execute(
                    sa.select(row).where(row.number.in_(numbers))
                    .order_by(row.number))]

    def _owned(self, operation_id, fence, *conditions, **values):
        row = tables.Operation
        return bool(self._connection.execute(sa.update(row).where(
            row.id == operation_id, row.fence == fence,
            row.state.in_(_UNDER_WAY), *conditions
        ).values(updated=types.utcnow(), **values)).rowcount)

    def _must(self, operation_id, fence, **values):
        if not self._owned(operation_id, fence, **values):
            raise exception.LeaseLost(operation_id=operation_id)

    def _scrub(self, operation_id):
        arguments = self.get(operation_id).arguments
        self._connection.execute(sa.update(tables.Operation).where(
            tables.Operation.id == operation_id).values(
                arguments=operation_rows.seal(
                    self._keyring, operation_id,
                    operation_rows.without_secrets(arguments))))


def _due():
    row = tables.Operation
    return sa.and_(
        sa.or_(row.not_before.is_(None), row.not_before <= types.utcnow()),
        sa.or_(row.state == State.PENDING, sa.and_(
            row.state.in_(_UNDER_WAY),
            sa.or_(row.lease_until.is_(None),
                   row.lease_until < types.utcnow()))))


def _first_of_its_instance():
    row, older = tables.Operation, orm.aliased(tables.Operation)
    return ~sa.exists().where(
        older.instance_id == row.instance_id, older.number < row.number,
        older.state.in_(UNFINISHED))
