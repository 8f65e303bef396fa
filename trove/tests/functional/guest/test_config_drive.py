# SPDX-License-Identifier: Apache-2.0
"""A real config drive: found, read, let go."""

import json
import os
import subprocess

import pytest

from trove.cloud import userdata
from trove.guestagent import identity
from trove.guestkit import disks
from trove.guestkit import files


@pytest.fixture
def drive(tmp_path):
    """A block device with an ext4 file system labelled config-2."""
    tree = tmp_path / 'tree' / 'openstack' / 'latest'
    tree.mkdir(parents=True)
    (tree / 'meta_data.json').write_text(json.dumps({'uuid': 'server-9'}))
    (tree / 'user_data').write_text(userdata.build(
        {'/etc/trove/conf.d/guest_info.conf': '[DEFAULT]\nguest_id = i9\n'}))
    image = tmp_path / 'drive.img'
    subprocess.run(['mke2fs', '-q', '-t', 'ext4', '-L', 'config-2', '-d',
                    str(tmp_path / 'tree'), str(image), '4M'], check=True)
    device = subprocess.run(
        ['losetup', '-r', '-f', '--show', str(image)], check=True,
        capture_output=True, text=True).stdout.strip()
    yield device
    subprocess.run(['losetup', '-d', device], check=True)


def machine(tmp_path, name, device):
    """A root folder whose /dev shows the drive under this name."""
    link = tmp_path / 'root' / 'dev' / name
    link.parent.mkdir(parents=True)
    link.symlink_to(device)
    return tmp_path / 'root'


@pytest.mark.parametrize('name', ['disk/by-label/config-2', 'vdz', 'sdb'])
def test_a_drive_is_found_by_link_or_by_looking(tmp_path, drive, name):
    root = machine(tmp_path, name, drive)
    identity.establish(str(root / 'etc/trove'), str(root / 'var/identity'),
                       timeout_s=1, root=str(root), url='http://127.0.0.1:1')
    assert files.read(str(root / 'etc/trove/conf.d/guest_info.conf')) == (
        '[DEFAULT]\nguest_id = i9\n')
    assert files.read_json(str(root / 'var/identity')) == {
        'server_id': 'server-9'}


def test_a_drive_that_was_read_is_not_mounted_any_more(tmp_path, drive):
    root = machine(tmp_path, 'vdz', drive)
    identity.establish(str(root / 'etc/trove'), str(root / 'var/identity'),
                       timeout_s=1, root=str(root), url='http://127.0.0.1:1')
    with open('/proc/self/mountinfo') as stream:
        numbers = [line.split()[2] for line in stream]
    assert '%d:%d' % disks.device_number(drive) not in numbers


def test_a_drive_of_somebody_else_is_not_ours(tmp_path, drive):
    root = machine(tmp_path, 'vdb', '/dev/null')
    with pytest.raises(identity.NoIdentity):
        identity.establish(
            str(root / 'etc/trove'), str(root / 'var/identity'),
            timeout_s=0.3, root=str(root), url='http://127.0.0.1:1')
    assert not os.path.exists(root / 'etc/trove')
