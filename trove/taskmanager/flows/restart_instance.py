# SPDX-License-Identifier: Apache-2.0
"""An engine is restarted; its server runs on."""

from trove.objects.status import Task
from trove.taskmanager.steps import alive
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import record


def build(tools):
    """A restart that fails says why; there is nothing to put back."""
    return base.Flow(takes=('was',), steps=(
        outcome.BackTo(tools, Task.REBOOTING),
        alive.RestartEngine(tools),
        record.SetTask(tools, Task.REBOOTING, Task.NONE)))
