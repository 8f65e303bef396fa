# SPDX-License-Identifier: Apache-2.0
"""Promise to reboot an instance's server; for operators."""

from trove.common import context
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import deps as deps_

VERB = 'reboot_instance'


def reboot_instance(ctx: context.Context, deps: deps_.Deps,
                    instance_id: str) -> None:
    """Reboot the server and start its engine.

    The state of server and engine does not matter: this heals.
    """
    def make(found: instance.Instance) -> actions.Promise:
        actions.check_free(found)
        return actions.Promise(
            verb=VERB, task=status.Task.REBOOTING,
            arguments={'server_id': found.server_id})

    actions.promise(ctx, deps, instance_id, make)
