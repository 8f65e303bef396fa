# SPDX-License-Identifier: Apache-2.0
"""Another version of the engine takes over the data of an instance."""

from trove.objects.status import Task
from trove.taskmanager.steps import base
from trove.taskmanager.steps import modules
from trove.taskmanager.steps import outcome
from trove.taskmanager.steps import rebuild


def build(tools):
    """The version is written down when the new one answers; what there is
    to go back to is given up only after that."""
    return base.Flow(
        takes=('server_id', 'image_id', 'old_image_id', 'volume_id',
               'flavor', 'manager', 'version', 'old_version', 'version_id',
               'overrides', 'was'),
        steps=(
            outcome.BackTo(tools, Task.UPGRADING),
            rebuild.LeaveVersion(tools),
            rebuild.RebuildServer(tools),
            rebuild.AdoptData(tools),
            rebuild.DropFormerUser(tools),
            modules.ReapplyModules(tools),
            outcome.KeepVersion(tools),
            rebuild.SettleUpgrade(tools)))
