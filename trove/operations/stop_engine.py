# SPDX-License-Identifier: Apache-2.0
"""Stop an instance's engine; for operators."""

from trove.common import context
from trove.operations import actions
from trove.operations import deps as deps_
from trove.operations import visible


def stop_engine(ctx: context.Context, deps: deps_.Deps,
                instance_id: str) -> None:
    """Stop the engine now; it stays down until it is restarted.

    Waits for the guest, so it succeeds or fails before it returns.
    """
    with deps.db.reader() as tx:
        found = tx.instances.get(instance_id, visible.project_of(ctx))
    actions.check_free(found)
    deps.guest.stop_db(instance_id)
