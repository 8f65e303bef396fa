# SPDX-License-Identifier: Apache-2.0
"""An answer that waits for the end of the operation it promised."""


from trove.common import exception
from trove.common import waiting
from trove.objects import operation
from trove.operations import deps as deps_


def end_of(deps: deps_.Deps, operation_id: str, timeout_s: float
           ) -> operation.Operation:
    """Wake a taskmanager and give the operation when it has ended.

    WaitTimeout: it goes on, and will end by itself.
    """
    deps.taskmanager.wake(operation_id)
    found: list[operation.Operation] = []

    def over() -> bool:
        with deps.db.reader() as tx:
            found[:] = [tx.operations.get(operation_id)]
        return found[0].state.is_end

    waiting.until(over, timeout_s, 'the end of the operation', poll_s=0.05,
                  most_s=0.25)
    return found[0]


#: What becomes of a failure, by the code that the operation keeps.
Meanings = dict[str, type[exception.TroveError]]


def hold(found: operation.Operation, meanings: Meanings,
         otherwise: type[exception.TroveError]) -> None:
    """Raise what the end of an operation means, unless it is done."""
    if found.state is operation.State.DONE:
        return
    kind = meanings.get(found.error_code or '', otherwise)
    raise kind(found.error or 'The operation was undone.')


