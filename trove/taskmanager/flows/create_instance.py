# SPDX-License-Identifier: Apache-2.0
"""A new instance, from nothing to a running engine."""

from trove.objects.status import Task
from trove.taskmanager.steps import base
from trove.taskmanager.steps import compute
from trove.taskmanager.steps import guest
from trove.taskmanager.steps import modules
from trove.taskmanager.steps import network
from trove.taskmanager.steps import record
from trove.taskmanager.steps import volume


def build(tools):
    """The volume is asked for first, since it takes longest."""
    return base.Flow(
        takes=('flavor', 'image_id', 'volume_gb', 'volume_type', 'nics',
               'databases', 'users', 'availability_zone', 'locality',
               'access', 'manager', 'version', 'root_password',
               'overrides', 'modules'),
        steps=(
            record.FailTo(tools, Task.BUILDING),
            volume.CreateVolume(tools),
            network.CreateSecurityGroup(tools),
            network.CreatePorts(tools),
            network.CreateFloating(tools),
            guest.CreateLink(tools),
            compute.CreateServerGroup(tools),
            volume.WaitVolume(tools),
            compute.BootServer(tools),
            compute.WaitServer(tools),
            guest.WaitHello(tools),
            guest.PrepareGuest(tools),
            modules.ApplyNewModules(tools),
            record.SetTask(tools, Task.BUILDING, Task.NONE)))
