# SPDX-License-Identifier: Apache-2.0
"""Volumes: sparse files, seen by machines as loop devices."""

import json
import os
import pathlib
import re
import stat
import threading

from localcloud.host import commands
from localcloud.host import errors
from localcloud.host import names

_GB = 1024 ** 3
_LOOP_MAJOR = 7


class Volumes:
    """The volumes below one folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # Finding a free loop device and taking it are two steps.
        self._lock = threading.Lock()

    def path(self, volume_id):
        """The file of a volume."""
        return self.folder / names.checked(volume_id)

    def create(self, volume_id, size_gb):
        """An empty volume; an existing one of that size is taken as it."""
        path = self.path(volume_id)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            draft = _draft(path)
            self._grow(draft, size_gb)
            os.rename(draft, path)
        elif path.stat().st_size != size_gb * _GB:
            raise errors.HostError(
                f'Volume {volume_id} exists with another size.')

    def extend(self, volume_id, size_gb):
        """Make a volume bigger, also under a running machine."""
        path = self._existing(volume_id)
        have = path.stat().st_size
        if size_gb * _GB < have:
            raise errors.HostError(
                f'Volume {volume_id} has {have // _GB} GB and cannot shrink '
                f'to {size_gb} GB.')
        self._grow(path, size_gb)
        device = device_of(path)
        if device:
            commands.run('losetup', '-c', device)

    def clone(self, source_volume_id, volume_id, size_gb):
        """A copy of a volume, at least as big.

        Of one that is mounted meanwhile it is as good as the disk of a
        machine whose power failed, at best: copying takes its time.
        """
        source = self._existing(source_volume_id)
        target = self.path(volume_id)
        if target.exists():
            return
        if size_gb * _GB < source.stat().st_size:
            raise errors.HostError(
                f'{size_gb} GB cannot hold a copy of {source_volume_id}.')
        draft = _draft(target)
        commands.run('cp', '--reflink=auto', '--sparse=always', source,
                     draft, timeout_s=3600)
        self._grow(draft, size_gb)
        os.rename(draft, target)

    def delete(self, volume_id):
        """Forget a volume, its device included."""
        path = self.path(volume_id)
        self.release(path)
        path.unlink(missing_ok=True)
        _draft(path).unlink(missing_ok=True)

    def attach(self, volume_id):
        """The loop device of a volume, made if there is none yet."""
        return self.device(self._existing(volume_id))

    def detach(self, volume_id):
        """Give back the loop device of a volume."""
        self.release(self.path(volume_id))

    def device_of(self, volume_id):
        """The loop device of a volume, or None."""
        return device_of(self.path(volume_id))

    def device(self, path, read_only=False):
        """The loop device of a file, made if there is none yet."""
        with self._lock:
            device = device_of(path)
            if device:
                return device
            _ensure_node(commands.run('losetup', '-f').strip())
            return _set_up(path, read_only)

    def release(self, path):
        """Give back the loop device of a file, if it has one."""
        with self._lock:
            device = device_of(path)
            if device:
                commands.run('losetup', '-d', device)

    def _existing(self, volume_id):
        path = self.path(volume_id)
        if not path.exists():
            raise errors.HostError(f'Volume {volume_id} does not exist.')
        return path

    def _grow(self, path, size_gb):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.truncate(handle, int(size_gb) * _GB)
            finally:
                os.close(handle)
        except OSError as error:
            raise errors.HostError(
                f'{path} cannot have {size_gb} GB: '
                f'{error.strerror}.') from error


def _draft(path):
    # Killed halfway, nothing is left that could be taken for a volume.
    return path.with_name(f'.{path.name}.draft')


def device_of(path):
    """The loop device that shows a file, or None."""
    for device, backing in devices():
        if backing == os.fspath(path):
            return device
    return None


def devices():
    """All pairs of loop device and file on this host."""
    said = commands.run('losetup', '--json', '--list', '-O',
                        'NAME,BACK-FILE')
    listed = json.loads(said)['loopdevices'] if said.strip() else []
    return [(entry['name'], re.sub(r' \(deleted\)\Z', '',
                                   entry['back-file'] or ''))
            for entry in listed]


def _set_up(path, read_only):
    # losetup finds and takes: other programs look for free devices, too.
    how = ['--find', '--show', *(['--read-only'] if read_only else [])]
    try:
        # Past the page cache: a guest's pages are not kept twice.
        said = commands.run('losetup', *how, '--direct-io=on', path)
    except errors.HostError:
        # Not every file system can; the device may be there all the same.
        said = device_of(path) or commands.run('losetup', *how, path)
    return said.strip()


def _ensure_node(device):
    # In a container nothing makes nodes for loop devices beyond the first.
    if not os.path.exists(device):
        number = int(re.sub(r'\D', '', device))
        os.mknod(device, stat.S_IFBLK | 0o660,
                 os.makedev(_LOOP_MAJOR, number))
