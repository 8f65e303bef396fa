# SPDX-License-Identifier: Apache-2.0
"""A guest's root directory, put together from layers, to work in."""

import contextlib
import os
import pathlib
import shutil

from imagebuilder import commands
from imagebuilder import errors

DEVICES = ('null', 'zero', 'full', 'random', 'urandom', 'tty')
# Copies made by older or differently built kernels must be readable by all
# others, so nothing but plain files, whiteouts and opaque marks is allowed.
PLAIN = 'index=off,metacopy=off,redirect_dir=off'
CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'


class Root:
    """A mounted root; what runs in it sees a small /dev, /proc and /run."""

    def __init__(self, path, log):
        self.path = pathlib.Path(path)
        self.log = log

    def inside(self, path):
        """Return where the guest's absolute ``path`` is from outside."""
        return self.path / str(path).lstrip('/')

    def bind(self, source, target=None, writable=False):
        """Show ``source`` of this machine in the root, at the same path."""
        source = pathlib.Path(source)
        place = self.inside(target or source)
        if place.is_symlink():      # it would lead out of the root
            place.unlink()
        if source.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        mount('--bind', source, place, log=self.log)
        if not writable:
            mount('-o', 'remount,bind,ro', place, log=self.log)

    def tmpfs(self, target):
        """Put an empty directory in memory at ``target``."""
        place = self.inside(target)
        place.mkdir(parents=True, exist_ok=True)
        mount('-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', place, log=self.log)

    def stack(self, target, below, upper):
        """Mount ``upper`` over the directory ``below`` at ``target``."""
        work = upper.with_name(upper.name + '.work')
        for path in (self.inside(target), upper, work):
            path.mkdir(parents=True, exist_ok=True)
        mount('-t', 'overlay', '-o', f'lowerdir={below},upperdir={upper},'
              f'workdir={work},{PLAIN}', 'trove-image', self.inside(target),
              log=self.log)

    def connect(self):
        """Let programs in the root reach the network as this machine does.

        Returns the environment that they need for it.
        """
        environment = commands.network()
        for path in ('/etc/resolv.conf', '/etc/hosts', CERTIFICATES,
                     *environment.values()):
            if path.startswith('/') and os.path.exists(path):
                self.bind(path)
        return environment

    def run(self, argv, *, what, env=None, text=None):
        """Run a program of the guest in the root."""
        environment = {'PATH': PATH, 'HOME': '/run', 'LC_ALL': 'C.UTF-8',
                       'DEBIAN_FRONTEND': 'noninteractive', **(env or {})}
        commands.run(['chroot', self.path, *argv], what=what, log=self.log,
                     env=environment, text=text)


@contextlib.contextmanager
def overlay(below, upper, site):
    """Mount ``upper`` over the directories ``below`` (top first).

    ``site`` is a directory of the build for the mount point and the work
    directory; on leaving, nothing is mounted any more.
    """
    merged, work = site.path / 'root', site.path / 'work'
    for path in (merged, work, upper):
        path.mkdir(parents=True, exist_ok=True)
    lower = ':'.join(str(path) for path in below)
    try:
        mount('-t', 'overlay', '-o', f'lowerdir={lower},upperdir={upper},'
              f'workdir={work},{PLAIN}', 'trove-image', merged, log=site.log)
    except errors.BuildError as error:
        raise errors.BuildError(
            f'the file system of {site.path} cannot hold layers '
            f'(overlayfs needs ext4, xfs or btrfs below it): {error}'
        ) from error
    root = Root(merged, site.log)
    try:
        _furnish(root)
        yield root
    finally:
        unmount_all(site.path, site.log)
        shutil.rmtree(work, ignore_errors=True)
        merged.rmdir()


@contextlib.contextmanager
def view(below, site):
    """Mount the directories ``below`` (top first), to be read only."""
    merged = site.path / 'view'
    merged.mkdir()
    lower = ':'.join(str(path) for path in below)
    try:
        mount('-t', 'overlay', '-o', f'ro,lowerdir={lower},{PLAIN}',
              'trove-image', merged, log=site.log)
        yield merged
    finally:
        unmount_all(merged, site.log)
        merged.rmdir()


@contextlib.contextmanager
def file_system(image, offset, site, options='rw'):
    """Mount the file system in the file ``image``; nobody is left with it.

    The loop device goes with the mount, and that with the builder.
    """
    place = site.path / 'disk'
    place.mkdir()
    try:
        mount('-o', f'loop,offset={offset},nodev,nosuid,noexec,{options}',
              image, place, log=site.log)
        yield place
    finally:
        unmount_all(place, site.log)
        place.rmdir()


def _furnish(root):
    mount('-t', 'proc', 'proc', root.inside('proc'), log=root.log)
    for name in ('dev', 'run', 'tmp'):
        root.tmpfs(name)
    for name in DEVICES:
        root.bind(f'/dev/{name}', writable=True)
    for name, target in (('fd', '/proc/self/fd'),
                         ('stdin', '/proc/self/fd/0'),
                         ('stdout', '/proc/self/fd/1'),
                         ('stderr', '/proc/self/fd/2')):
        root.inside(f'/dev/{name}').symlink_to(target)
    root.tmpfs('/dev/shm')      # noqa: S108 (the guest's)


def mount(*words, log):
    """Call mount(8)."""
    commands.run(['mount', *words], what='mounting', log=log)


def mounted_below(path):
    """Return the mount points at or below ``path``, deepest first."""
    prefix = os.path.realpath(path)
    found = []
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        for line in table:
            point = line.split()[4].encode().decode('unicode_escape')
            if point == prefix or point.startswith(prefix + '/'):
                found.append(point)
    return sorted(found, key=len, reverse=True)


def unmount_all(path, log):
    """Unmount everything at or below ``path``."""
    for point in mounted_below(path):
        commands.run(['umount', point], what='unmounting', log=log)


def remove_tree(path):
    """Delete a directory, never what may still be mounted in it."""
    busy = mounted_below(path)
    if busy:
        raise errors.BuildError(
            f'{path} is left as it is: {busy[0]} is still mounted')
    shutil.rmtree(path)
