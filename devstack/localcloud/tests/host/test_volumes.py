# SPDX-License-Identifier: Apache-2.0
"""Volumes grow, copy and go; wrong wishes get a sentence."""

import pytest

from localcloud.host import errors
from localcloud.host import volumes

GB = 1024 ** 3


def test_volume_is_sparse_and_of_its_size(cloud):
    cloud.host.create_volume('v', 3)
    status = cloud.host.volumes.path('v').stat()
    assert status.st_size == 3 * GB
    assert status.st_blocks * 512 < GB
    assert status.st_mode & 0o777 == 0o600


def test_creating_twice_is_once_and_another_size_is_refused(cloud):
    cloud.host.create_volume('v', 1)
    cloud.host.create_volume('v', 1)
    with pytest.raises(errors.HostError, match='another size'):
        cloud.host.create_volume('v', 2)


def test_volume_does_not_shrink(cloud):
    cloud.host.create_volume('v', 2)
    with pytest.raises(errors.HostError, match='cannot shrink'):
        cloud.host.extend_volume('v', 1)


def test_copy_has_the_content_and_may_be_bigger(cloud):
    cloud.host.create_volume('v', 1)
    with open(cloud.host.volumes.path('v'), 'rb+') as stream:
        stream.write(b'precious')
    cloud.host.clone_volume('v', 'w', 2)
    with open(cloud.host.volumes.path('w'), 'rb') as stream:
        assert stream.read(8) == b'precious'
    assert cloud.host.volumes.path('w').stat().st_size == 2 * GB
    with pytest.raises(errors.HostError, match='cannot hold'):
        cloud.host.clone_volume('w', 'x', 1)


def test_one_volume_has_one_device_and_gives_it_back(cloud):
    cloud.host.create_volume('v', 1)
    device = cloud.host.volumes.attach('v')
    assert cloud.again().volumes.attach('v') == device
    cloud.host.delete_volume('v')
    cloud.host.delete_volume('v')
    assert all('/v' not in path[-3:] or 'state' not in path
               for _, path in volumes.devices())


def test_more_devices_than_the_kernel_starts_with(cloud):
    names = [f'v{number}' for number in range(12)]
    for name in names:
        cloud.host.create_volume(name, 1)
    devices = {cloud.host.volumes.attach(name) for name in names}
    assert len(devices) == 12


@pytest.mark.parametrize('volume_id', ['../x', 'a/b', '.hidden', ''])
def test_id_that_leads_elsewhere_is_refused(cloud, volume_id):
    with pytest.raises(errors.HostError, match='no usable id'):
        cloud.host.create_volume(volume_id, 1)


def test_unknown_volume_is_a_clear_error(cloud):
    with pytest.raises(errors.HostError, match='does not exist'):
        cloud.host.extend_volume('none', 1)
