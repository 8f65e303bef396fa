# SPDX-License-Identifier: Apache-2.0
"""Operators let an operation go on, or have it undone."""

from trove.db import session
from trove.objects import operation
from trove.operations import deps as deps_

VERBS = ('resume', 'revert', 'cancel')


def steer(deps: deps_.Deps, operation_id: str,
          verb: str) -> operation.Operation:
    """Note what is wanted of the operation; a taskmanager does it.

    ``verb`` is one of VERBS. Conflict where its state does not allow that.
    """
    found = _note(deps, operation_id, verb)
    deps.taskmanager.wake(operation_id)
    return found


@session.retried
def _note(deps: deps_.Deps, operation_id: str,
          verb: str) -> operation.Operation:
    with deps.db.writer() as tx:
        getattr(tx.steering, verb)(operation_id)
        found: operation.Operation = tx.operations.get(operation_id)
    return found
