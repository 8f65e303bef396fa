# SPDX-License-Identifier: Apache-2.0
"""A server is made anew from another image; its data stays."""

from trove.objects.status import Task
from trove.taskmanager.steps import base
from trove.taskmanager.steps import modules
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import rebuild
from trove.taskmanager.steps import record


def build(tools):
    """It heals what does not run: nobody has to answer at the start."""
    return base.Flow(
        takes=('server_id', 'image_id', 'old_image_id', 'volume_id',
               'flavor', 'manager', 'version', 'old_version', 'overrides',
               'was'),
        steps=(
            outcome.BackTo(tools, Task.BUILDING),
            rebuild.LeaveServer(tools),
            rebuild.RebuildServer(tools),
            rebuild.AdoptData(tools),
            rebuild.DropFormerUser(tools),
            modules.ReapplyModules(tools),
            record.SetTask(tools, Task.BUILDING, Task.NONE)))
