# SPDX-License-Identifier: Apache-2.0
"""Finding the volume by its serial, never by luck."""

import errno
import os
import uuid as uuids

import pytest

from trove.guestkit import disks
from trove.guestkit import errors
from trove.guestkit import shell

UUID = '0e6f9a0c-6f3c-4a6e-9c35-3c1d5f1f9a11'
OTHER = '1e6f9a0c-6f3c-4a6e-9c35-3c1d5f1f9a11'
SERIAL = '7b114bb6-020f-45a6-a'


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A tree with vda (the root disk) and vdb; every file is a disk."""
    monkeypatch.setattr(disks, 'is_block_device',
                        lambda path: os.path.isfile(path))
    for name in ('vda', 'vdb'):
        (tmp_path / 'dev').mkdir(exist_ok=True)
        (tmp_path / 'dev' / name).write_text('')
        (tmp_path / 'sys/block' / name).mkdir(parents=True)
    (tmp_path / 'dev/disk/by-id').mkdir(parents=True)
    return tmp_path


def find(machine, serial=SERIAL):
    return disks.find(serial, str(machine / 'dev/vdb'), root=str(machine))


def test_a_link_by_id_leads_to_the_device(machine):
    (machine / 'dev/disk/by-id' / ('virtio-' + SERIAL)).symlink_to(
        machine / 'dev/vda')
    assert find(machine) == str(machine / 'dev/vda')


def test_a_serial_in_sysfs_leads_to_the_device(machine):
    (machine / 'sys/block/vda/serial').write_text(SERIAL + '\n')
    assert find(machine) == str(machine / 'dev/vda')


def test_the_path_counts_where_no_serial_is_told(machine):
    assert find(machine) == str(machine / 'dev/vdb')


def test_the_path_does_not_count_when_its_disk_is_another_one(machine):
    (machine / 'sys/block/vdb/serial').write_text('somebody-elses')
    with pytest.raises(errors.VolumeMissing, match=SERIAL):
        find(machine)


def give_file_system(machine, name, uuid=UUID):
    (machine / 'dev' / name).write_bytes(
        b'XFSB' + bytes(28) + uuids.UUID(uuid).bytes + bytes(4048))


def find_by_what_is_on_it(machine):
    return disks.find(SERIAL, str(machine / 'dev/vdb'), root=str(machine),
                      uuid=UUID)


def test_what_is_on_it_leads_to_the_device_under_another_name(machine):
    give_file_system(machine, 'vdc')
    assert find_by_what_is_on_it(machine) == str(machine / 'dev/vdc')


def test_its_former_name_counts_first_where_both_hold_the_same(machine):
    for name in ('vda', 'vdb'):
        give_file_system(machine, name)
    assert find_by_what_is_on_it(machine) == str(machine / 'dev/vdb')


def test_the_path_is_left_where_nothing_holds_it(machine):
    give_file_system(machine, 'vdc', OTHER)
    (machine / 'dev/vdd').write_text('short')
    assert find_by_what_is_on_it(machine) == str(machine / 'dev/vdb')


def test_a_serial_counts_more_than_what_is_on_it(machine):
    give_file_system(machine, 'vdc')
    (machine / 'sys/block/vda/serial').write_text(SERIAL)
    assert find_by_what_is_on_it(machine) == str(machine / 'dev/vda')


def test_a_link_to_a_disk_that_is_gone_is_no_disk(machine):
    (machine / 'dev/disk/by-id' / ('virtio-' + SERIAL)).symlink_to(
        machine / 'dev/vdz')
    (machine / 'dev/vdb').unlink()
    with pytest.raises(errors.VolumeMissing):
        find(machine)


def test_fstab_gets_one_line_and_keeps_the_others(tmp_path, monkeypatch):
    fstab = tmp_path / 'fstab'
    fstab.write_text('# mine\nUUID=1 / ext4 defaults 0 1\n'
                     'UUID=old /data xfs noatime 0 0\n')
    monkeypatch.setattr(disks, 'mounted_at', lambda point: (7, 1))
    monkeypatch.setattr(disks, 'device_number', lambda device: (7, 1))
    point = tmp_path / 'data'
    for uuid in ('old', 'new', 'new'):
        disks.mount('/dev/x', uuid, str(point), str(fstab))
    assert fstab.read_text().splitlines()[:2] == [
        '# mine', 'UUID=1 / ext4 defaults 0 1']
    assert [line for line in fstab.read_text().splitlines()
            if str(point) in line] == [
        'UUID=new %s xfs noatime,noauto,nofail 0 0' % point]


def test_a_place_that_is_taken_is_not_mounted_over(tmp_path, monkeypatch):
    monkeypatch.setattr(disks, 'mounted_at', lambda point: (7, 2))
    monkeypatch.setattr(disks, 'device_number', lambda device: (7, 1))
    with pytest.raises(errors.VolumeForeign):
        disks.mount('/dev/x', 'u', str(tmp_path / 'm'),
                    str(tmp_path / 'fstab'))


def test_a_device_that_gives_no_block_is_lost(tmp_path, monkeypatch):
    # The file system of a test need not know O_DIRECT.
    monkeypatch.setattr(disks.os, 'O_DIRECT', 0)
    device = tmp_path / 'vdb'
    device.write_bytes(bytes(4096))
    disks.check_readable(str(device))
    device.write_bytes(bytes(512))
    with pytest.raises(errors.VolumeLost, match='no size'):
        disks.check_readable(str(device))
    device.unlink()
    with pytest.raises(errors.VolumeLost, match='cannot be read'):
        disks.check_readable(str(device))


def test_only_a_new_device_is_formatted(monkeypatch):
    monkeypatch.setattr(disks, 'check_readable', lambda device: None)
    monkeypatch.setattr(disks, 'signature', lambda device: (None, None))
    with pytest.raises(errors.VolumeForeign, match='nothing any more'):
        disks.ensure_file_system('/dev/x', is_new=False)


@pytest.mark.parametrize('mounted, code, words', [
    (None, None, 'not mounted'), ((7, 2), None, 'another device'),
    ((7, 1), errno.EIO, 'shut down')])
def test_a_mount_that_is_of_no_use(monkeypatch, mounted, code, words):
    def stat(path):
        raise OSError(code, 'no luck')
    monkeypatch.setattr(disks, 'mounted_at', lambda point: mounted)
    monkeypatch.setattr(disks, 'device_number', lambda device: (7, 1))
    if code:
        monkeypatch.setattr(disks.os, 'stat', stat)
    with pytest.raises(errors.VolumeLost, match=words):
        disks.check_alive('/m', '/dev/x')


def test_a_folder_that_is_no_volume_has_lost_no_writes(tmp_path):
    shell.run(disks.see_written(str(tmp_path)))


def test_a_file_system_that_has_shut_down_is_not_shut_down_again(monkeypatch):
    def opened(path, flags):
        raise OSError(errno.EIO, 'gone')
    monkeypatch.setattr(disks.os, 'open', opened)
    disks.shut_down('/m')
