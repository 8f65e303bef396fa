# SPDX-License-Identifier: Apache-2.0
"""Actions that are asked for, and how an instance is after them."""

from trove.objects import instance as objects
from trove.objects import quota
from trove.objects import status
from trove.objects.operation import State
from trove.operations import migrate_instance
from trove.operations import reboot_instance
from trove.operations import resize_flavor
from trove.operations import resize_volume
from trove.operations import restart_instance
from trove.operations import update_access
from trove.tests.fixtures import control_plane

CTX = control_plane.CTX
NARROW = objects.Access(is_public=True, allowed_cidrs=('10.0.0.0/8',))


def used(plane):
    """(in use, reserved) of memory and volumes."""
    with plane.db.reader() as tx:
        found = {one.resource: (one.in_use, one.reserved)
                 for one in tx.quotas.usages(
                     CTX.project_id, dict.fromkeys(quota.RESOURCES, -1))}
    return found['ram'], found['volumes']


def server(plane):
    [only] = plane.cloud.compute.servers.values()
    return only


def shape(plane):
    """(flavor, status) of the server."""
    return server(plane).flavor_id, server(plane).status


def volume(plane):
    [only] = plane.cloud.volumes.volumes.values()
    return only


def restart(plane, instance_id):
    restart_instance.restart_instance(CTX, plane.deps, instance_id)


def grow(plane, instance_id):
    resize_volume.resize_volume(CTX, plane.deps, instance_id, 3)


def reshape(plane, instance_id):
    resize_flavor.resize_flavor(CTX, plane.deps, instance_id, '2')


def open_up(plane, instance_id):
    update_access.update_access(CTX, plane.deps, instance_id, NARROW)


def reboot(plane, instance_id):
    reboot_instance.reboot_instance(CTX, plane.deps, instance_id)


def move(plane, instance_id):
    migrate_instance.migrate_instance(CTX, plane.deps, instance_id)


#: By the task that is shown; a blank makes a name of its own.
ACTIONS = {'REBOOTING': restart, 'RESIZING': grow, 'RESIZING ': reshape,
           'UPDATING': open_up, 'REBOOTING ': reboot, 'MIGRATING': move}


#: Those that a server has to run for.
OF_RUNNING = (restart, grow, reshape, open_up, move)


def done(plane, instance_id, was='NONE'):
    """It ended well, and nothing waits any more."""
    plane.work()
    assert plane.operations(instance_id)[-1].state is State.DONE
    found = plane.instance(instance_id)
    assert (found.task, found.fault) == (status.Task(was), None)
    return found


def undone(plane, instance_id, words):
    """It ended as if it had not been, but for a fault."""
    plane.work()
    newest = plane.operations(instance_id)[-1]
    assert newest.state is State.UNDONE
    found = plane.instance(instance_id)
    assert found.task is status.Task.NONE
    assert words in found.fault.message
    assert found.status == 'ACTIVE'
    assert (found.volume_gb, found.flavor_id) == (1, '1')
    assert used(plane) == ((512, 0), (1, 0))
    return found
