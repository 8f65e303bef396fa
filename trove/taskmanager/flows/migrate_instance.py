# SPDX-License-Identifier: Apache-2.0
"""A server moves to another host."""

from trove.objects.status import Task
from trove.taskmanager.steps import alive
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import record
from trove.taskmanager.steps import reshape


def build(tools):
    """The engine runs until the server goes: where no host is found, no
    tenant notices."""
    return base.Flow(takes=('server_id', 'host', 'was'), steps=(
        outcome.BackTo(tools, Task.MIGRATING),
        reshape.MigrateServer(tools),
        alive.StartEngine(tools),
        reshape.ConfirmResize(tools),
        record.SetTask(tools, Task.MIGRATING, Task.NONE)))
