# SPDX-License-Identifier: Apache-2.0
"""The end of an instance, however far it had come."""

from trove.taskmanager.steps import base
from trove.taskmanager.steps import compute
from trove.taskmanager.steps import guest
from trove.taskmanager.steps import network
from trove.taskmanager.steps import record
from trove.taskmanager.steps import volume


def build(tools):
    """What holds on to others goes first: server, then ports, volume."""
    return base.Flow(takes=(), forward_only=True, steps=(
        guest.StopEngine(tools),
        compute.DeleteServer(tools),
        network.DeletePorts(tools),
        volume.DeleteVolumes(tools),
        guest.DeleteLink(tools),
        record.ForgetInstance(tools)))
