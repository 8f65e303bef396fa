# SPDX-License-Identifier: Apache-2.0
"""How a machine sees its disks: nodes in /dev, links in /dev/disk.

The nodes come with the start (bind mounts of the loop devices) or are made
in the running machine. The links lie in a folder of the host's that the
machine has as /dev/disk, read-only: they are there from the first moment,
through reboots, and follow each change at once.
"""

import contextlib
import os
import pathlib
import stat

from localcloud.host import errors
from localcloud.host import files

_BY_ID = 'by-id'
_BY_LABEL = 'by-label'
_SERIAL_LENGTH = 20     # what a virtio disk shows of its serial number


def checked(device):
    """The name below /dev of a device such as '/dev/vdb'."""
    path = pathlib.PurePosixPath(device)
    if (path.parent != pathlib.PurePosixPath('/dev')
            or not path.name.isalnum()):
        raise errors.HostError(f'{device!r} is no device of a machine.')
    return path.name


def link(folder, volumes, label, label_device):
    """Make the links for these volumes and a label, and no others."""
    wanted = {_BY_ID: {f'virtio-{volume.volume_id[:_SERIAL_LENGTH]}':
                       f'../../{checked(volume.device)}'
                       for volume in volumes}, _BY_LABEL: {}}
    if label:
        wanted[_BY_LABEL][label] = f'../../{checked(label_device)}'
    (folder / 'disk').mkdir(exist_ok=True)
    for name, links in wanted.items():
        (folder / 'disk' / name).mkdir(exist_ok=True)
        # Root in the machine can make the folder writable for itself, and
        # then leave traps in it: no path through it is followed.
        with files.folder_in(folder / 'disk', name) as where:
            _match(where, links)


def _match(where, links):
    present = set(os.listdir(where))
    for alias in present:
        if links.get(alias) != _target(where, alias):
            os.unlink(alias, dir_fd=where)
            present = present - {alias}
    for alias in links.keys() - present:
        os.symlink(links[alias], alias, dir_fd=where)


def _target(where, alias):
    try:
        return os.readlink(alias, dir_fd=where)
    except OSError:
        return None     # no link at all


def appear(pid, device, loop):
    """Make a node for a loop device in the running machine."""
    with files.folder_in(f'/proc/{pid}/root', 'dev') as dev:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(checked(device), dir_fd=dev)
        os.mknod(checked(device), stat.S_IFBLK | 0o660,
                 os.stat(loop).st_rdev, dir_fd=dev)


def disappear(pid, device):
    """Take a node out of the running machine.

    Seen from the host's mount namespace the node is no mount point, so one
    that came with the start can be removed as well.
    """
    with files.folder_in(f'/proc/{pid}/root', 'dev') as dev, \
            contextlib.suppress(FileNotFoundError):
        os.unlink(checked(device), dir_fd=dev)
