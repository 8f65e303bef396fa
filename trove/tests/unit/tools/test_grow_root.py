# SPDX-License-Identifier: Apache-2.0
import os
import subprocess

import pytest

from imagebuilder import disk
from imagebuilder import recipe
from imagebuilder.checking import files

PROGRAM = '/usr/local/sbin/guest-grow-root'
FAKES = {
    'findmnt': 'echo {root}',
    'lsblk': 'echo {disk}',
    'growpart': 'echo "growpart $*" >> {log}; exit {code}',
    'resize2fs': 'echo "resize2fs $*" >> {log}',
}


def laid(path):
    """The file of a virtual machine that is laid at a path."""
    machine = recipe.load_machine()
    found, = (each for each in (*machine.early_files, *machine.files)
              if each.path == path)
    return found


@pytest.fixture
def grow(tmp_path):
    """Runs the program where root is what a test says; gives what it did."""
    log = tmp_path / 'log'

    def run(root='/dev/vda2', name='vda', code=0):
        for program, line in FAKES.items():
            place = tmp_path / program
            place.write_text('#!/bin/sh\n' + line.format(
                root=root, disk=name, code=code, log=log) + '\n')
            place.chmod(0o755)
        log.write_text('')
        done = subprocess.run(
            ['sh', '-c', laid(PROGRAM).content], check=False,
            env={**os.environ, 'PATH': f'{tmp_path}:{os.environ["PATH"]}'})
        return done.returncode, log.read_text().splitlines()
    return run


@pytest.mark.parametrize('root, name, number', [
    ('/dev/vda2', 'vda', '2'), ('/dev/sda12', 'sda', '12'),
    ('/dev/nvme0n1p2', 'nvme0n1', '2')])
def test_partition_and_file_system_grow(grow, root, name, number):
    assert grow(root, name) == (0, [f'growpart /dev/{name} {number}',
                                    f'resize2fs {root}'])


def test_a_file_system_follows_a_partition_that_has_grown_before(grow):
    code, did = grow(code=1)
    assert code == 0
    assert did[-1] == 'resize2fs /dev/vda2'


def test_a_partition_that_cannot_grow_is_a_failure(grow):
    code, did = grow(code=2)
    assert code != 0
    assert did == ['growpart /dev/vda 2']


def test_the_unit_runs_it_at_each_boot_and_nothing_else_grows_root():
    machine = recipe.load_machine()
    unit = laid(f'/etc/systemd/system/{files.GROW}').content
    assert files.GROW in machine.enabled_units
    assert f'ExecStart={PROGRAM}\n' in unit
    assert 'WantedBy=multi-user.target\n' in unit
    assert laid(PROGRAM).mode & 0o111 == 0o111
    assert 'growfs' not in disk.FSTAB
