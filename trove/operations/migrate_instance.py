# SPDX-License-Identifier: Apache-2.0
"""Promise to move an instance's server to another host; for operators."""

from trove.common import context
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import deps as deps_

VERB = 'migrate_instance'


def migrate_instance(ctx: context.Context, deps: deps_.Deps,
                     instance_id: str, host: str | None = None) -> None:
    """Move the server to this host, or to any that the cloud finds."""
    def make(found: instance.Instance) -> actions.Promise:
        actions.check_ready(found)
        return actions.Promise(
            verb=VERB, task=status.Task.MIGRATING,
            arguments={'server_id': found.server_id, 'host': host})

    actions.promise(ctx, deps, instance_id, make)
