# SPDX-License-Identifier: Apache-2.0
"""A volume grows under a running engine."""

from trove.objects.status import Task
from trove.taskmanager.steps import alive
from trove.taskmanager.steps import base
from trove.taskmanager.steps import larger
from trove.taskmanager.steps import outcome


def build(tools):
    """The volume first, the file system on it after it."""
    return base.Flow(takes=('volume_id', 'volume_gb', 'was'), steps=(
        outcome.BackTo(tools, Task.RESIZING),
        larger.ExtendVolume(tools),
        alive.GrowFileSystem(tools),
        outcome.KeepVolumeSize(tools)))
