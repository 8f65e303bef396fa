# SPDX-License-Identifier: Apache-2.0
"""What an operator may do with an operation; a taskmanager carries it out.
"""

import sqlalchemy as sa
from sqlalchemy import orm

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.objects.operation import State
from trove.objects.operation import UNFINISHED


class CannotSteer(exception.Conflict):
    """The operation is not in a state for this."""

    template = 'Operation %(operation_id)s is %(state)s: %(reason)s.'


class Steering:
    """Resume, cancel and revert, in one transaction."""

    def __init__(self, connection, operations):
        self._connection = connection
        self._operations = operations

    def resume(self, operation_id):
        """Let it go on now, where it stopped: FAILED, resting or silent.

        Its present owner, if it still lives, keeps it.
        """
        row = tables.Operation
        self._change(operation_id, 'there is nothing to resume', (
            sa.and_(row.state == State.FAILED, ~_overtaken()),
            {'state': State.PENDING, 'cancel': False, **_ANEW}), (
            row.state.in_(UNFINISHED), {'not_before': None}))

    def cancel(self, operation_id):
        """Ask it to stop and undo itself."""
        self._change(operation_id, 'it has ended', (
            tables.Operation.state.in_(UNFINISHED),
            {'cancel': True, 'not_before': None}))

    def revert(self, operation_id):
        """Undo it, also when it has ended as FAILED."""
        row = tables.Operation
        self._change(operation_id, 'what is done or undone stays so', (
            sa.and_(row.state == State.FAILED, ~_overtaken()),
            {'state': State.REVERTING, 'cancel': True, **_ANEW}), (
            row.state.in_(UNFINISHED),
            {'cancel': True, 'not_before': None}))

    def _change(self, operation_id, reason, *choices):
        row = tables.Operation
        now = self._operations.get(operation_id)
        self._lock_instance(now.instance_id)
        for condition, values in choices:
            if self._connection.execute(
                    sa.update(row).where(row.number.in_(self._numbers(
                        operation_id, condition))).values(
                        updated=types.utcnow(), **values)).rowcount:
                return
        now = self._operations.get(operation_id)
        if now.state is State.FAILED:
            reason = 'a later operation of its instance came after it'
        raise CannotSteer(operation_id=operation_id, state=now.state,
                          reason=reason)

    def _numbers(self, operation_id, condition):
        # MySQL refuses an UPDATE that looks at its own table, so the row
        # is found and locked first.
        row = tables.Operation
        return self._connection.execute(
            sa.select(row.number).where(row.id == operation_id, condition)
            .with_for_update()).scalars().all()

    def _lock_instance(self, instance_id):
        """Whoever promises something for the instance waits for us."""
        self._connection.execute(
            sa.select(tables.Instance.id).where(
                tables.Instance.id == instance_id).with_for_update())


_ANEW = {'finished': None, 'error': None, 'error_code': None,
         'lease_until': None, 'not_before': None, 'owner': None}


def _overtaken():
    """Whether another one changes, or has changed, what this one would.

    After a deletion there is nothing left to work on; after a resize the
    sizes to go back to are not those of this one.
    """
    row, newer = tables.Operation, orm.aliased(tables.Operation)
    return sa.exists().where(
        newer.instance_id == row.instance_id, newer.number > row.number,
        newer.state.in_((*UNFINISHED, State.DONE)))
