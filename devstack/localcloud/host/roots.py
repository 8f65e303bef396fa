# SPDX-License-Identifier: Apache-2.0
"""The root of a machine: its own writable layer over the image's layers."""

import contextlib
import os
import pathlib
import shutil

from localcloud.host import commands
from localcloud.host import errors
from localcloud.host import files
from localcloud.host import names

_BUILT = 'built'        # the mark of a root that was made to its end


class Roots:
    """Overlay mounts for machines' folders."""

    def __init__(self, image_dir):
        self._image_dir = pathlib.Path(image_dir)

    def ensure(self, folder, spec, machine_id):
        """The mounted root below a machine's folder, made if it is new."""
        lower = [self._layer(name) for name in spec.layers]
        if not lower:
            raise errors.HostError(
                f'Machine {spec.server_id} has no image layers.')
        built = folder / _BUILT
        if not built.exists():
            self.remove(folder)
        root = folder / 'root'
        for path in (folder / 'upper', folder / 'work', root):
            path.mkdir(exist_ok=True)
            # The guest's own users must get in, whatever our umask is.
            path.chmod(0o755)
        if not os.path.ismount(root):
            stack = ':'.join(os.fspath(path) for path in lower)
            commands.run(
                'mount', '-t', 'overlay', 'overlay', '-o',
                f'lowerdir={stack},upperdir={folder}/upper,'
                f'workdir={folder}/work', root)
        if not built.exists():
            if not (root / 'etc').is_dir():
                raise errors.HostError(
                    f'The image of machine {spec.server_id} has no /etc.')
            _personalise(root, spec, machine_id)
            files.replace(built, '')
        return root

    def release(self, folder):
        """Unmount the root, keeping what the machine has written."""
        root = folder / 'root'
        while os.path.ismount(root):
            commands.run('umount', '-l', root)

    def remove(self, folder):
        """Unmount the root and forget what the machine has written."""
        self.release(folder)
        (folder / _BUILT).unlink(missing_ok=True)
        for name in ('upper', 'work', 'root'):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder / name)

    def _layer(self, name):
        path = self._image_dir / names.checked(name)
        if not path.is_dir() or set(str(path)) & set(':,\\'):
            raise errors.HostError(f'Image layer {path} is not there.')
        return path


def _personalise(root, spec, machine_id):
    address = spec.ports[0].ip if spec.ports else '127.0.1.1'
    # An engine that asks for its own name must find it without a DNS server.
    hosts = (f'127.0.0.1 localhost\n{address} {spec.hostname}\n'
             '::1 localhost ip6-localhost ip6-loopback\n')
    # Nor may a dead server keep everything waiting for its 10 s.
    resolver = 'options timeout:1 attempts:2\n'
    if spec.dns:
        resolver += f'nameserver {spec.dns}\n'
    with files.folder_in(root, 'etc') as etc:
        files.plant(etc, 'hostname', f'{spec.hostname}\n')
        files.plant(etc, 'hosts', hosts)
        files.plant(etc, 'resolv.conf', resolver)
        files.plant(etc, 'machine-id', f'{machine_id}\n', mode=0o444)
    # Made for building images, it would keep packages from starting theirs.
    (root / 'usr/sbin/policy-rc.d').unlink(missing_ok=True)
