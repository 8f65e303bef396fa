# SPDX-License-Identifier: Apache-2.0
"""The config drive: a small read-only file system with label config-2.

It is ext4 without a journal: kernels in the wild lack ISO 9660 and VFAT
more often than that.
"""

import pathlib
import shutil

from localcloud.host import commands
from localcloud.host import errors

LABEL = 'config-2'
DEVICE = '/dev/vdz'
_LEAST_KB = 1024
_PER_FILE_KB = 8        # its blocks, inode and folder, generously


def build(path, contents):
    """Make the drive's image of relative paths and bytes."""
    path = pathlib.Path(path)
    tree = path.with_name(path.name + '.tree')
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(mode=0o700)
    size_kb = _LEAST_KB
    for name, content in contents.items():
        _put(tree, name, content)
        size_kb += _PER_FILE_KB + len(content) // 1024
    path.unlink(missing_ok=True)
    commands.run('mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal',
                 '-m', '0', '-b', '1024', '-L', LABEL, '-d', tree,
                 path, f'{size_kb}k')
    path.chmod(0o600)
    shutil.rmtree(tree)


def _put(tree, name, content):
    parts = pathlib.PurePosixPath(name).parts
    if not parts or '..' in parts or name.startswith('/'):
        raise errors.HostError(f'{name!r} is no path for a config drive.')
    target = tree.joinpath(*parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.write_bytes(content)
    target.chmod(0o600)
