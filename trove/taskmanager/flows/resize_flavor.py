# SPDX-License-Identifier: Apache-2.0
"""A server gets another size, and its engine settings for it."""

from trove.objects.status import Task
from trove.taskmanager.steps import alive
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import reshape


def build(tools):
    """The old server is kept until the engine answers on the new one."""
    return base.Flow(
        takes=('flavor', 'old_flavor', 'manager', 'version', 'server_id',
               'was'),
        steps=(
            outcome.BackTo(tools, Task.RESIZING),
            alive.HoldEngine(tools),
            reshape.ResizeServer(tools),
            alive.StartResized(tools),
            reshape.ConfirmResize(tools),
            outcome.KeepFlavor(tools)))
