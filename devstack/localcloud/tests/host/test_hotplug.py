# SPDX-License-Identifier: Apache-2.0
"""Disks and interfaces come and go while a machine runs."""

import pytest

from localcloud.host import errors


@pytest.fixture
def running(cloud):
    cloud.host.create_volume('volume-1', 1)
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    return cloud


def test_volume_appears_grows_and_goes(running):
    running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    said = running.shell('server-1', """
        readlink -f /dev/disk/by-id/virtio-volume-1
        mkfs.xfs -q /dev/vdc && mount /dev/vdc /mnt && df -m /mnt""")
    assert '/dev/vdc' in said and '/mnt' in said
    running.host.extend_volume('volume-1', 2)
    running.shell('server-1', 'xfs_growfs /mnt')
    size = running.shell('server-1', 'df -m --output=size /mnt | tail -1')
    assert int(size) > 1800
    with pytest.raises(errors.HostError, match='mounted'):
        running.host.detach_volume('server-1', 'volume-1')
    running.shell('server-1', 'umount /mnt')
    running.host.detach_volume('server-1', 'volume-1')
    assert 'vdc' not in running.shell(
        'server-1', 'ls /dev; ls -l /dev/disk/by-id')


def test_volume_attached_while_running_is_there_after_a_reboot(running):
    running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    running.shell('server-1', 'mkfs.xfs -q /dev/vdc')
    running.shell('server-1', 'systemctl reboot')
    running.await_up('server-1', times=2)
    assert 'xfs' in running.shell('server-1', 'blkid -p /dev/vdc')


def test_volume_that_came_with_the_start_can_go(cloud):
    cloud.host.create_volume('volume-1', 1)
    cloud.host.start_machine(cloud.machine())
    cloud.host.attach_volume('server-1', 'volume-1', '/dev/vdb')
    cloud.host.reboot_machine('server-1', True)
    cloud.await_up('server-1')
    cloud.host.detach_volume('server-1', 'volume-1')
    assert 'vdb' not in cloud.shell('server-1', 'ls /dev')
    cloud.host.delete_volume('volume-1')


def test_file_system_is_found_by_its_uuid(running):
    running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    said = running.shell('server-1', """
        mkfs.xfs -q /dev/vdc
        mount UUID=$(blkid -p -s UUID -o value /dev/vdc) /mnt
        grep /mnt /proc/mounts""")
    assert said.startswith('/dev/vdc /mnt xfs')


def test_a_taken_device_is_refused(running):
    running.host.create_volume('volume-2', 1)
    running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    with pytest.raises(errors.HostError, match='another /dev/vdc'):
        running.host.attach_volume('server-1', 'volume-2', '/dev/vdc')


def test_traps_left_in_the_links_folder_harm_nobody(running, tmp_path):
    precious = tmp_path / 'precious'
    precious.mkdir()
    (precious / 'file').write_text('kept')
    running.shell('server-1', f"""
        mount -o remount,rw /dev/disk
        rm -rf /dev/disk/by-id; ln -s {precious} /dev/disk/by-id""")
    try:
        running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    except errors.HostError as error:
        assert 'by-id' in str(error)
    assert (precious / 'file').read_text() == 'kept'
    assert len(list(precious.iterdir())) == 1
    running.host.delete_machine('server-1')
    assert (precious / 'file').exists()


def test_trap_in_place_of_dev_harms_nobody(running, tmp_path):
    running.shell('server-1', f"""
        mkdir -p {tmp_path}; mv /dev /dev.old; umount -l /dev
        rmdir /dev; ln -s {tmp_path} /dev""")
    try:
        running.host.attach_volume('server-1', 'volume-1', '/dev/vdc')
    except errors.HostError as error:
        assert 'dev' in str(error)
    assert not (tmp_path / 'vdc').exists()


def test_interface_appears_and_goes(running):
    running.host.attach_port('server-1', running.port(77))
    assert '10.213.16.87/24' in running.shell('server-1', 'ip -4 -br a')
    running.host.detach_port('server-1', 'port-77')
    assert 'eth1' not in running.shell('server-1', 'ip -br link')


def test_unknown_machine_is_a_clear_error(cloud):
    with pytest.raises(errors.HostError, match='does not exist'):
        cloud.host.attach_volume('server-9', 'volume-1', '/dev/vdb')
