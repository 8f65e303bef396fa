# SPDX-License-Identifier: Apache-2.0
"""What this host lacks to run machines, in sentences."""

import os
import pathlib
import shutil
import tempfile

from localcloud.host import commands
from localcloud.host import errors

_PROGRAMS = {
    'systemd-nspawn': 'systemd-container', 'nft': 'nftables',
    'ip': 'iproute2', 'losetup': 'mount', 'mke2fs': 'e2fsprogs',
    'setpriv': 'util-linux', 'setsid': 'util-linux',
    'mount': 'mount', 'umount': 'mount', 'cp': 'coreutils'}


def missing(folder, groups, wall):
    """All that is missing at once, so that it can be mended at once."""
    if os.geteuid() != 0:
        return ['Only root can run machines; use sudo.']
    return [*_programs(), *_kernel(groups, wall), *_folder(folder)]


def _programs():
    path = f'{os.environ.get("PATH", "")}:/usr/sbin:/sbin'
    for program, package in _PROGRAMS.items():
        if not shutil.which(program, path=path):
            yield (f'The program {program} is missing; install the package '
                   f'{package}.')


def _kernel(groups, wall):
    if not os.path.exists('/dev/loop-control'):
        yield 'There are no loop devices (/dev/loop-control is missing).'
    for controller in groups.missing():
        yield (f'The control group controller {controller} is not offered '
               f'here, so that machines cannot be limited by it.')
    try:
        groups.ensure_supervisors()
    except OSError as error:
        yield f'Control groups cannot be made here: {error.strerror}.'
    if not wall.works():
        yield ('The kernel does not take the firewall; it needs nf_tables '
               'with the inet family, nat, fib and connection tracking.')
    if not commands.succeeds('ip', 'netns', 'list'):
        yield 'Network namespaces do not work here (ip netns fails).'


def _folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            yield from _overlay(pathlib.Path(name))
    except OSError as error:
        yield f'{folder} cannot be written: {error.strerror}.'


def _overlay(trial):
    for name in ('lower', 'upper', 'work', 'root'):
        (trial / name).mkdir()
    try:
        commands.run('mount', '-t', 'overlay', 'overlay', '-o',
                     f'lowerdir={trial}/lower,upperdir={trial}/upper,'
                     f'workdir={trial}/work', trial / 'root')
    except errors.HostError:
        yield (f'The file system of {trial.parent} or the kernel does not '
               f'take overlay mounts; choose a state_dir on ext4 or xfs.')
        return
    commands.run('umount', trial / 'root')
