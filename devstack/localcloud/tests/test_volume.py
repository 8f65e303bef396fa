# SPDX-License-Identifier: Apache-2.0
"""Volumes and snapshots, through cinderclient."""
import cinderclient.client
import cinderclient.exceptions
import keystoneauth1.identity
import keystoneauth1.session
import pytest

from localcloud.tests import waiting


def _cinder(site, user='demo', version='3.59'):
    session = keystoneauth1.session.Session(
        keystoneauth1.identity.Password(**site.credentials(user)))
    return cinderclient.client.Client(version, session=session,
                                      region_name='RegionOne')


@pytest.fixture
def cinder(site):
    """cinderclient as a tenant."""
    return _cinder(site)


def _in(collection, doc, status):
    return waiting.until(
        lambda: collection.get(doc.id).status == status and
        collection.get(doc.id))


def test_a_volume_is_made_extended_described_and_deleted(site, cinder):
    volume = cinder.volumes.create(1, name='data', metadata={'a': 'b'})
    assert volume.status == 'creating'
    shown = _in(cinder.volumes, volume, 'available')
    assert (shown.size, shown.volume_type, shown.availability_zone) == (
        1, 'lvm', 'nova')
    assert site.host.volumes == {volume.id: 1}
    cinder.volumes.extend(volume, 3)
    site.settle()
    assert cinder.volumes.get(volume.id).size == 3
    assert site.host.volumes == {volume.id: 3}
    cinder.volumes.update(volume, name='renamed')
    cinder.volumes.set_metadata(volume, {'c': 'd'})
    shown = cinder.volumes.get(volume.id)
    assert (shown.name, shown.metadata) == (
        'renamed', {'a': 'b', 'c': 'd'})
    cinder.volumes.delete(volume)
    site.settle()
    assert not cinder.volumes.list() and not site.host.volumes


def test_a_volume_in_use_grows_but_cannot_be_deleted(
        site, demo, image, cinder):
    volume = cinder.volumes.create(1)
    _in(cinder.volumes, volume, 'available')
    server = demo.compute.create_server(
        name='s', image_id=image.id, flavor_id='1', networks='none',
        block_device_mapping=[{
            'uuid': volume.id, 'source_type': 'volume', 'boot_index': -1,
            'destination_type': 'volume'}])
    demo.compute.wait_for_server(server, interval=0.02, wait=10)
    with pytest.raises(cinderclient.exceptions.BadRequest):
        cinder.volumes.delete(volume)
    cinder.volumes.extend(volume, 2)
    _in(cinder.volumes, volume, 'in-use')
    assert site.host.volumes == {volume.id: 2}
    with pytest.raises(cinderclient.exceptions.BadRequest):
        _cinder(site, version='3.10').volumes.extend(volume, 3)


def test_snapshots_copy_and_are_copied(site, cinder):
    volume = cinder.volumes.create(1)
    _in(cinder.volumes, volume, 'available')
    snapshot = cinder.volume_snapshots.create(volume.id, name='s')
    _in(cinder.volume_snapshots, snapshot, 'available')
    with pytest.raises(cinderclient.exceptions.BadRequest):
        cinder.volumes.delete(volume)
    copy = cinder.volumes.create(2, snapshot_id=snapshot.id)
    _in(cinder.volumes, copy, 'available')
    assert site.host.volumes[copy.id] == 2
    cinder.volume_snapshots.delete(snapshot)
    site.settle()
    cinder.volumes.delete(volume)
    site.settle()
    assert list(site.host.volumes) == [copy.id]


def test_what_the_host_refuses_ends_in_error(site, cinder):
    site.host.refuse['create_volume'] = 'The disk is full.'
    volume = cinder.volumes.create(1)
    _in(cinder.volumes, volume, 'error')
    cinder.volumes.delete(volume)
    site.settle()
    assert not cinder.volumes.list()


@pytest.mark.parametrize('order', [
    {'size': 0}, {'size': 'big'}, {'size': None},
    {'size': 1, 'availability_zone': 'mars'}])
def test_wrong_orders_are_refused(cinder, order):
    with pytest.raises(cinderclient.exceptions.BadRequest):
        cinder.volumes.create(**order)
    assert not cinder.volumes.list()


def test_an_unknown_type_is_not_found(cinder):
    with pytest.raises(cinderclient.exceptions.NotFound):
        cinder.volumes.create(1, volume_type='gold')


def test_quotas_hold_and_are_counted(site, cinder, admin):
    project = admin.identity.find_project('demo')
    _cinder(site, 'admin').quotas.update(project.id, gigabytes=2)
    cinder.volumes.create(2)
    with pytest.raises(cinderclient.exceptions.OverLimit) as caught:
        cinder.volumes.create(1)
    assert 'quota' in str(caught.value)
    usage = cinder.quotas.get(project.id, usage=True)
    assert usage.gigabytes == {'limit': 2, 'in_use': 2, 'reserved': 0}
    limits = {one.name: one.value for one in cinder.limits.get().absolute}
    assert limits['totalGigabytesUsed'] == 2


def test_foreign_volumes_do_not_exist(site, cinder):
    volume = cinder.volumes.create(1)
    other = _cinder(site, 'alt')
    with pytest.raises(cinderclient.exceptions.NotFound):
        other.volumes.get(volume.id)
    assert not other.volumes.list(search_opts={'all_tenants': 1})
    admin = _cinder(site, 'admin')
    assert not admin.volumes.list()
    assert [v.id for v in admin.volumes.list(
        search_opts={'all_tenants': 1})] == [volume.id]


def test_lists_are_filtered_and_paged(site, cinder):
    for name in 'abc':
        cinder.volumes.create(1, name=name)
    assert [v.name for v in cinder.volumes.list()] == ['c', 'b', 'a']
    assert [v.name for v in cinder.volumes.list(
        search_opts={'name': 'b'})] == ['b']
    first = cinder.volumes.list(limit=1)
    assert [v.name for v in cinder.volumes.list(
        marker=first[0].id, limit=1)] == ['b']


def test_types_zones_services_and_pools_are_told(site, cinder):
    assert [t.name for t in cinder.volume_types.list()] == ['lvm']
    assert cinder.volume_types.default().name == 'lvm'
    assert [z.zoneName for z in cinder.availability_zones.list()] == ['nova']
    admin = _cinder(site, 'admin')
    assert {s.state for s in admin.services.list()} == {'up'}
    admin.volume_types.create('fast')
    assert cinder.volumes.create(1, volume_type='fast')
