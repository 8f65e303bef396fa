# SPDX-License-Identifier: Apache-2.0
"""Others may reach an instance; it runs on."""

from trove.objects.status import Task
from trove.taskmanager.steps import access
from trove.taskmanager.steps import base
from trove.taskmanager.steps import outcome


def build(tools):
    """Public addresses come last: they are not had again."""
    return base.Flow(takes=('access', 'old_access', 'manager', 'was'), steps=(
        outcome.BackTo(tools, Task.UPDATING),
        access.ChangeRules(tools),
        access.ChangeFloating(tools),
        outcome.KeepAccess(tools)))
