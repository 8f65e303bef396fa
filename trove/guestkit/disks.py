# SPDX-License-Identifier: Apache-2.0
"""Find, format, mount and measure the data volume.

The volume is known by its serial number, which is the beginning of its id,
and by its file system, once it has one: the order in which disks appear, and
so their names, is nobody's promise. A file system is XFS,
because it grows while it is in use.
"""

import dataclasses
import errno
import fcntl
import glob
import mmap
import os
import stat
import struct
import uuid as uuids

from trove.common import waiting
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import shell

FILE_SYSTEM = 'xfs'
FORMAT_TIMEOUT_S = 120
_BLOCK_BYTES = 4096
#: How the first block of the file system begins; its UUID is at 32.
_XFS = b'XFSB'
#: Beginnings of names of devices that hold no volume, and may be slow.
_NO_VOLUMES = ('fd', 'ram', 'sr')
_MOUNT_OPTIONS = 'noatime'
_GOINGDOWN = 0x8004587D         # XFS_IOC_GOINGDOWN
_WRITE_NOTHING = 2              # XFS_FSOP_GOING_FLAGS_NOLOGFLUSH
_SEE_WRITTEN = (
    'grep -qF " $0 " /proc/self/mountinfo || exit 0; sync -f "$0" && exit 0; '
    'echo "Writes to $0 have failed: it must be mounted anew." >&2; '
    'xfs_io -x -c shutdown "$0"; exit 1')


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """Size and use of a mounted file system in bytes."""

    total: int
    used: int
    available: int


def find(serial, device_path=None, root='/', uuid=None):
    """The block device with this serial number, or VolumeMissing.

    ``uuid``: of the file system that it holds, if that is known. It counts
    where no disk tells the serial number, under whatever name the volume
    has come back. ``device_path`` counts only where that disk tells no
    serial number that we could compare.
    """
    for link in glob.glob(os.path.join(root, 'dev/disk/by-id/*')):
        if serial and _is_serial(os.path.basename(link), serial):
            device = os.path.realpath(link)
            if is_block_device(device):
                return device
    for path in glob.glob(os.path.join(root, 'sys/block/*/serial')):
        name = path.split('/')[-2]
        device = os.path.join(root, 'dev', name)
        if (serial and (files.read(path) or '').strip() == serial
                and is_block_device(device)):
            return device
    for device in _candidates(device_path, root) if uuid else ():
        if is_block_device(device) and _holds(device, uuid):
            return device
    if device_path and is_block_device(device_path):
        told = (files.read(os.path.join(
            root, 'sys/block', os.path.basename(device_path), 'serial'))
            or '').strip()
        if not (serial and told):
            return device_path
    raise errors.VolumeMissing(searched=' or '.join(
        filter(None, (serial and 'serial ' + serial, device_path))))


def _candidates(device_path, root):
    if device_path:
        yield device_path
    for name in sorted(os.listdir(os.path.join(root, 'dev'))):
        if not name.startswith(_NO_VOLUMES):
            yield os.path.join(root, 'dev', name)


def _holds(device, uuid):
    """Whether the file system on this device, past all caches, is that."""
    try:
        block = _first_block(device)
    except OSError:
        return False
    return (len(block) == _BLOCK_BYTES and block[:4] == _XFS
            and str(uuids.UUID(bytes=block[32:48])) == uuid)


def _is_serial(name, serial):
    return name in ('virtio-' + serial, serial) or name.endswith('_' + serial)


def is_block_device(path):
    """Whether ``path`` leads to a block device."""
    try:
        return stat.S_ISBLK(os.stat(path).st_mode)
    except FileNotFoundError:
        return False


def signature(device):
    """(kind, UUID) of what the device holds; (None, None) when it is empty.

    The device itself is read, not a cache. A partition table counts as
    content, and so does more than one signature.
    """
    found = shell.run(['blkid', '-p', '-o', 'export', device],
                      accept=(0, 2, 8))
    if found.returncode == 8:
        return 'several signatures', None
    facts = dict(line.split('=', 1) for line in found.stdout.splitlines()
                 if '=' in line)
    kind = facts.get('TYPE') or (
        facts.get('PTTYPE') and facts['PTTYPE'] + ' partitions')
    if found.returncode == 0 and not kind:
        kind = 'an unknown signature'
    return kind, facts.get('UUID')


def check_readable(device):
    """VolumeLost unless the device itself, not a cache, gives a block."""
    try:
        block = _first_block(device)
    except OSError as error:
        raise errors.VolumeLost(reason='%s cannot be read (%s).' % (
            device, error.strerror)) from error
    if len(block) < _BLOCK_BYTES:
        raise errors.VolumeLost(reason='%s has no size.' % device)


def _first_block(device):
    handle = os.open(device, os.O_RDONLY | os.O_DIRECT)
    try:
        with mmap.mmap(-1, _BLOCK_BYTES) as block:
            return block[:os.preadv(handle, [block], 0)]
    finally:
        os.close(handle)


def ensure_file_system(device, is_new=True):
    """Format a new device if it is empty; give the file system's UUID.

    A device that holds anything but our kind of file system is left alone:
    VolumeForeign. So is one that is not new and looks empty: what cannot be
    read looks empty, too.
    """
    check_readable(device)
    kind, uuid = signature(device)
    if kind is None and not is_new:
        raise errors.VolumeForeign(device=device, found='nothing any more')
    if kind is None:
        shell.run(['mkfs.xfs', '-q', '-K', device],
                  timeout_s=FORMAT_TIMEOUT_S)
        kind, uuid = signature(device)
    if kind != FILE_SYSTEM:
        raise errors.VolumeForeign(device=device, found=kind)
    return uuid


def mount(device, uuid, mount_point, fstab='/etc/fstab'):
    """Mount the device unless it is mounted, and write it down in fstab.

    The entry says ``noauto``: the agent mounts the volume before it starts
    the engine. A volume that is late or gone must not keep the whole machine
    from booting, and where no udev runs, as in a container, systemd would
    wait for the UUID in vain.
    """
    os.makedirs(mount_point, exist_ok=True)
    _record(uuid, mount_point, fstab)
    source = mounted_at(mount_point)
    if source is None:
        shell.run(['mount', '-t', FILE_SYSTEM, '-o', _MOUNT_OPTIONS, device,
                   mount_point], timeout_s=FORMAT_TIMEOUT_S)
    elif source != device_number(device):
        raise errors.VolumeForeign(
            device=mount_point, found='another file system, mounted')


def unmount(mount_point):
    """Unmount, or VolumeLost while somebody has files open there.

    It is not unmounted lazily: the file system would live on, and with it
    the state that it is to be freed from.
    """
    while mounted_at(mount_point) is not None:
        try:
            shell.run(['umount', mount_point], timeout_s=FORMAT_TIMEOUT_S)
        except errors.CommandFailed as error:
            raise errors.VolumeLost(reason=error.message) from error


def is_shut_down(mount_point):
    """Whether a mounted file system has given up its device.

    Then not even its top folder can be looked at. Nothing is read for this,
    so nothing hangs.
    """
    try:
        os.stat(mount_point)
    except OSError as error:
        return error.errno == errno.EIO
    return False


def shut_down(mount_point):
    """Let a mounted file system give up its device; nothing more is written.

    What its caches hold of a device that has failed is not what is there:
    writes that failed are forgotten, and later ones must not follow them.
    """
    try:
        handle = os.open(mount_point, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        if error.errno == errno.EIO:
            return              # it has done so by itself
        raise
    try:
        fcntl.ioctl(handle, _GOINGDOWN, struct.pack('I', _WRITE_NOTHING))
    finally:
        os.close(handle)


def see_written(mount_point):
    """The command that fails where writes to a volume have been lost.

    The kernel tells of a failed write once, and shows afterwards what was to
    be written as if it were there. An engine that is started on that believes
    that it has recovered. So the file system is shut down, to be mounted
    anew.
    Storage that is no volume of its own is left alone.
    """
    return ('/bin/sh', '-c', _SEE_WRITTEN, mount_point)


def check_alive(mount_point, device):
    """VolumeLost unless this device is mounted there and can be used."""
    source = mounted_at(mount_point)
    if source is None:
        raise errors.VolumeLost(reason='it is not mounted.')
    if source != device_number(device):
        raise errors.VolumeLost(reason='it has become another device.')
    if is_shut_down(mount_point):
        raise errors.VolumeLost(reason='its file system has shut down after '
                                       'errors.')


def _record(uuid, mount_point, fstab):
    line = 'UUID=%s %s %s %s,noauto,nofail 0 0' % (
        uuid, mount_point, FILE_SYSTEM, _MOUNT_OPTIONS)
    lines = (files.read(fstab) or '').splitlines()
    others = [entry for entry in lines
              if entry.split()[1:2] != [mount_point]
              or entry.lstrip().startswith('#')]
    if others + [line] != lines:
        files.write(fstab, '\n'.join(others + [line]) + '\n', mode=0o644)


def device_number(device):
    """(major, minor) of a block device."""
    number = os.stat(device).st_rdev
    return os.major(number), os.minor(number)


def mounted_at(mount_point):
    """(major, minor) of the device mounted there, or None."""
    found = None
    real = os.path.realpath(mount_point)
    with open('/proc/self/mountinfo', encoding='utf-8') as stream:
        for line in stream:
            fields = line.split()
            if fields[4].encode().decode('unicode_escape') == real:
                major, minor = fields[2].split(':')
                found = int(major), int(minor)
    return found


def grow(mount_point, device, size_bytes, timeout_s):
    """Let a mounted file system fill its device, as soon as that is large.

    The cloud calls a volume extended a moment before the kernel of its
    server has heard of it. A file system that fills its device stays as
    it is.
    """
    waiting.until(lambda: device_size(device) >= size_bytes, timeout_s,
                  'a device of %d bytes' % size_bytes, poll_s=0.05)
    shell.run(['xfs_growfs', '-d', mount_point], timeout_s=FORMAT_TIMEOUT_S)


def device_size(device):
    """The size of a block device in bytes."""
    with open(device, 'rb') as stream:
        return stream.seek(0, os.SEEK_END)


def usage(path):
    """Size and use of the file system that holds ``path``."""
    facts = os.statvfs(path)
    return Usage(total=facts.f_blocks * facts.f_frsize,
                 used=(facts.f_blocks - facts.f_bfree) * facts.f_frsize,
                 available=facts.f_bavail * facts.f_frsize)


def sync(path):
    """Bring everything written to this file system to its disk."""
    shell.run(['sync', '-f', path], timeout_s=FORMAT_TIMEOUT_S)
