# SPDX-License-Identifier: Apache-2.0
"""A server is rebooted, and its engine started."""

from trove.objects.status import Task
from trove.taskmanager.steps import alive
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import record
from trove.taskmanager.steps import reshape


def build(tools):
    """It heals what does not run, and has nothing to put back."""
    return base.Flow(takes=('server_id', 'was'), steps=(
        outcome.BackTo(tools, Task.REBOOTING),
        reshape.RebootServer(tools),
        alive.StartEngine(tools),
        record.SetTask(tools, Task.REBOOTING, Task.NONE)))
