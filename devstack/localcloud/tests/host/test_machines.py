# SPDX-License-Identifier: Apache-2.0
"""Machines live, die and come back as asked, and as not asked."""

import concurrent.futures
import os
import signal

import pytest

from localcloud.host import errors
from localcloud.host import specs
from localcloud.host import waiting


def state_becomes(cloud, server_id, state):
    waiting.until(lambda: cloud.host.machine_state(server_id) == state,
                  20, f'{server_id} is not {state}')


def test_machine_boots_with_name_address_disks_and_config(cloud):
    volume_id = 'f0e1d2c3-1111-2222-3333-444455556666'
    cloud.host.create_volume(volume_id, 1)
    assert cloud.host.machine_state('server-1') == 'absent'
    cloud.host.start_machine(cloud.machine(
        volumes=(specs.VolumeSpec(volume_id=volume_id, device='/dev/vdb'),),
        config_drive={'openstack/latest/user_data': b'hello'},
        dns='10.213.16.1'))
    assert cloud.host.machine_state('server-1') == 'running'
    cloud.await_up('server-1')
    said = cloud.shell('server-1', """
        hostname; ip -4 -br address show eth0; ip route show default
        getent hosts db-1; cat /etc/resolv.conf
        readlink -f /dev/disk/by-id/virtio-f0e1d2c3-1111-2222-3
        mount -L config-2 -o ro /mnt && cat /mnt/openstack/latest/user_data
        """)
    for expected in ('db-1', '10.213.16.11/24', 'default via 10.213.16.1',
                     '10.213.16.11    db-1', 'nameserver 10.213.16.1',
                     '/dev/vdb', 'hello'):
        assert expected in said


def test_starting_a_running_machine_leaves_it_alone(cloud):
    cloud.host.start_machine(cloud.machine())
    before = cloud.first('server-1')
    cloud.again().start_machine(cloud.machine())
    assert cloud.first('server-1') == before


def test_stopped_machine_keeps_its_root_and_starts_again(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    cloud.shell('server-1', 'echo kept >/root/note; sync')
    cloud.host.stop_machine('server-1', False, 20)
    assert cloud.host.machine_state('server-1') == 'stopped'
    assert 'Reached target' in cloud.host.console('server-1', 400)
    cloud.host.start_machine(cloud.machine())
    assert cloud.shell('server-1', 'cat /root/note') == 'kept'


def test_stop_by_force_needs_no_cooperation(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.host.stop_machine('server-1', True, 0)
    assert cloud.host.machine_state('server-1') == 'stopped'
    assert cloud.first('server-1') is None


def test_stop_ends_a_machine_that_does_not_obey(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    os.kill(cloud.first('server-1'), signal.SIGSTOP)
    cloud.host.stop_machine('server-1', False, 0.3)
    assert cloud.host.machine_state('server-1') == 'stopped'


@pytest.mark.parametrize('hard', [False, True])
def test_reboot_gives_a_new_system(cloud, hard):
    cloud.host.start_machine(cloud.machine())
    before = cloud.first('server-1')
    cloud.host.reboot_machine('server-1', hard)
    assert cloud.first('server-1') not in (None, before)
    cloud.await_up('server-1')


def test_reboot_from_inside_comes_back_without_the_cloud(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    before = cloud.first('server-1')
    cloud.shell('server-1', 'systemctl reboot')
    waiting.until(lambda: cloud.first('server-1') not in (None, before), 20,
                  'no reboot')
    cloud.await_up('server-1', times=2)
    assert '10.213.16.11' in cloud.shell('server-1', 'ip -4 -br a')


def test_poweroff_from_inside_is_a_stop(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    cloud.shell('server-1', 'systemctl poweroff')
    state_becomes(cloud, 'server-1', 'stopped')


def test_death_of_the_first_process_is_a_crash(cloud):
    cloud.host.start_machine(cloud.machine())
    os.kill(cloud.first('server-1'), signal.SIGKILL)
    state_becomes(cloud, 'server-1', 'crashed')
    cloud.host.start_machine(cloud.machine())
    assert cloud.host.machine_state('server-1') == 'running'


def test_death_of_the_supervisor_takes_the_machine_along(cloud):
    cloud.host.start_machine(cloud.machine())
    folder = cloud.host.machines.folder / 'server-1'
    os.kill(int((folder / 'pid').read_text()), signal.SIGKILL)
    state_becomes(cloud, 'server-1', 'crashed')
    waiting.until(lambda: cloud.first('server-1') is None, 10, 'lives on')


def test_image_without_an_init_is_a_clear_error(cloud, images):
    (images / 'empty').mkdir(exist_ok=True)
    with pytest.raises(errors.HostError, match='server-1.*/etc'):
        cloud.host.start_machine(cloud.machine(layers=('empty',)))
    (images / 'bare' / 'etc').mkdir(parents=True, exist_ok=True)
    (images / 'bare' / 'usr').mkdir(exist_ok=True)
    with pytest.raises(errors.HostError, match='server-1 ended at once: '):
        cloud.host.start_machine(cloud.machine(layers=('bare',)))
    cloud.host.delete_machine('server-1')
    assert cloud.host.machine_state('server-1') == 'absent'


@pytest.mark.parametrize('layer', ['none-such', '../base', '/base', ''])
def test_layer_outside_the_image_folder_is_refused(cloud, layer):
    with pytest.raises(errors.HostError):
        cloud.host.start_machine(cloud.machine(layers=(layer,)))


def test_many_machines_start_at_once_and_leave_nothing(cloud):
    numbers = range(1, 9)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number in numbers:
            cloud.host.create_volume(f'volume-{number}', 1)
        list(pool.map(lambda number: cloud.host.start_machine(
            cloud.machine(number, volumes=(specs.VolumeSpec(
                volume_id=f'volume-{number}', device='/dev/vdb'),))),
            numbers))
        for number in numbers:
            cloud.await_up(f'server-{number}')
        list(pool.map(lambda number: cloud.host.delete_machine(
            f'server-{number}'), numbers))
    assert cloud.host.machines.all() == []
    assert cloud.host.cgroups.machines() == []


def test_memory_limit_is_the_flavors(cloud):
    cloud.host.start_machine(cloud.machine())
    cloud.await_up('server-1')
    eat = 'python3 -c "x = bytearray({} << 20); print(len(x) >> 20)"'
    assert cloud.shell('server-1', eat.format(100)) == '100'
    assert '400' not in cloud.shell('server-1', eat.format(400))
    cloud.host.resize_machine('server-1', 1024, 2)
    assert cloud.shell('server-1', eat.format(400)) == '400'


def test_hosts_disks_cannot_be_opened_from_inside(cloud):
    cloud.host.start_machine(cloud.machine())
    number = os.stat('/').st_dev
    said = cloud.shell('server-1', f"""
        mknod /tmp/disk b {os.major(number)} {os.minor(number)}
        head -c 1 /tmp/disk || echo refused; ls /dev/loop-control""")
    assert 'refused' in said
    assert 'loop-control\': No such' in said or 'cannot access' in said


def test_each_machine_has_its_own_machine_id(cloud):
    server_id = '0d4c8a11-96a2-4d3c-9c55-0123456789ab'
    cloud.host.start_machine(cloud.machine(server_id=server_id))
    assert cloud.shell(server_id, 'cat /etc/machine-id') == (
        server_id.replace('-', ''))
