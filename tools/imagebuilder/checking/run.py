# SPDX-License-Identifier: Apache-2.0
"""The whole check of one image, from the file to the table."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import socket
import stat
import tempfile

from imagebuilder import commands
from imagebuilder import errors
from imagebuilder import mounts
from imagebuilder import packages
from imagebuilder import store
from imagebuilder.checking import boots
from imagebuilder.checking import files
from imagebuilder.checking import layout
from imagebuilder.checking import table

NEEDED = {'qemu-img': 'qemu-utils', 'sfdisk': 'fdisk',
          'dumpe2fs': 'e2fsprogs', 'mdir': 'mtools'}
NEEDED_TO_BOOT = {'qemu-system-x86_64': 'qemu-system-x86',
                  'genisoimage': 'genisoimage'}
LARGEST_MB = 500
PREFIX = 'trove-image-check.'
HELD = 'held'
# The kernel's copy of a disk, and what a booted one has written.
ROOM_MB = 3072


def check(image, progress, *, ways=(), deadline_s=900, builder=()):
    """Print the table; return the exit code."""
    _ready(image, bool(ways))
    rows = []
    with _workplace() as site:
        rows += _still(image, site, progress, builder)
        if ways:
            rows += boots.all_of(image, site, progress, deadline_s, ways)
    for line in table.lines(rows):
        print(line)
    return 1 if table.count(rows, table.FAIL) else 0


def listed(image, progress):
    """Print each package of the image and its version."""
    _ready(image, boot=False)
    with _workplace() as site, _opened(image, site, progress) as (_, root):
        for name, version in sorted(packages.installed(root).items()):
            print(name, version)
    return 0


def _ready(image, boot):
    if not image.is_file():
        raise errors.BuildError(f'there is no file {image}')
    told = commands.ask(['qemu-img', 'info', '--output=json', image])
    if told is not None and json.loads(told)['format'] != 'qcow2':
        raise errors.BuildError(f'{image} is no qcow2')
    needed = {**NEEDED, **(NEEDED_TO_BOOT if boot else {})}
    missing = sorted({package for program, package in needed.items()
                      if shutil.which(program) is None})
    if missing:
        raise errors.BuildError('the check needs programs that are not '
                                'installed: apt-get install '
                                + ' '.join(missing))
    free_mb = shutil.disk_usage(tempfile.gettempdir()).free // 2 ** 20
    if free_mb < ROOM_MB:
        raise errors.BuildError(
            f'{tempfile.gettempdir()} has {free_mb} MB left and the check '
            f'needs {ROOM_MB} MB: free some space or set TMPDIR')


@contextlib.contextmanager
def _workplace():
    _sweep()
    path = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with open(path / HELD, 'w', encoding='utf-8') as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield store.Site(path, path / 'log')
    finally:
        mounts.remove_tree(path)


def _sweep():
    """Remove what checks left that were killed."""
    for path in pathlib.Path(tempfile.gettempdir()).glob(f'{PREFIX}*'):
        seen = path.lstat()
        # Others may write there too: only a folder of our own is trusted.
        if (seen.st_uid != os.geteuid() or not stat.S_ISDIR(seen.st_mode)
                or seen.st_mode & 0o077):
            continue
        with (contextlib.suppress(FileNotFoundError, BlockingIOError),
              open(path / HELD, encoding='utf-8') as held):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mounts.remove_tree(path)


@contextlib.contextmanager
def _opened(image, site, progress):
    """Show the files of the image; gives (partitions, root directory)."""
    raw = site.path / 'image.raw'
    with progress.step('unpacking the image'):
        commands.run(['qemu-img', 'convert', '-O', 'raw', image, raw],
                     what='unpacking the image', log=site.log)
    parts = layout.read(raw)
    root = layout.root_of(parts)
    if root is None:
        raise errors.BuildError(f'{image} has no partition that BIOS boots')
    with mounts.file_system(raw, root.start, site, 'ro,noload') as place:
        yield parts, place
    raw.unlink()


def _still(image, site, progress, builder):
    """Return what the image says without being booted."""
    size_mb = -(-image.stat().st_size // 2 ** 20)
    rows = [table.row('size of the file',
                      [f'{size_mb} MB, more than {LARGEST_MB}']
                      if size_mb > LARGEST_MB else [], f'{size_mb} MB')]
    raw = site.path / 'image.raw'
    with _opened(image, site, progress) as (parts, root):
        rows += [layout.row(parts), layout.loaders(raw, parts)]
        with progress.step('looking into its files'):
            rows += files.all_of(root, [*_this_machine(image), *builder])
            rows.append(locked(image, packages.installed(root)))
        head = layout.file_system(raw, layout.root_of(parts))
        rows.append(table.row(
            'file system does not say where it was', [
                head['Last mounted on']] if head.get('Last mounted on', '/')
            not in ('/', '<not available>') else []))
    return rows


def locked(image, found):
    """The versions inside are those of the lock beside the image."""
    path = image.with_name(image.name.removesuffix('.qcow2') + '.lock.json')
    check = 'packages are those of the lock'
    try:
        wanted = json.loads(path.read_text('utf-8'))['packages']
    except FileNotFoundError:
        return table.Row(check, table.MISSING, f'there is no {path.name}')
    except (ValueError, KeyError, TypeError):
        return table.row(check, [f'{path.name} is damaged'])
    return table.row(check, [
        f'{name} {found.get(name, "missing")}' for name in sorted(
            {*wanted, *found}) if wanted.get(name) != found.get(name)])


def _this_machine(image):
    """Words that would tell of this machine, if it was the builder."""
    name = socket.gethostname()
    words = [str(image.resolve().parent),
             str(pathlib.Path(__file__).resolve().parents[3])]
    # A short or common name would be found anywhere.
    if len(name) > 5 and name not in ('localhost', 'debian'):
        words.append(name)
    return words
