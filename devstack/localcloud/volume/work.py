# SPDX-License-Identifier: Apache-2.0
"""Volumes: the promises kept. Every job can run twice."""
from localcloud import clock
from localcloud import jobs


def _volume_failed(cloud, volume_id, message, **args):
    cloud.store.update('volume', volume_id, status='error', _fault=message,
                       updated_at=clock.now())


def _deleting_failed(cloud, volume_id, message, **args):
    cloud.store.update('volume', volume_id, status='error_deleting',
                       _fault=message, updated_at=clock.now())


def _extending_failed(cloud, volume_id, message, **args):
    cloud.store.update('volume', volume_id, status='error_extending',
                       _fault=message, updated_at=clock.now())


def _snapshot_failed(cloud, snapshot_id, message, **args):
    cloud.store.update('snapshot', snapshot_id, status='error',
                       _fault=message, updated_at=clock.now())


@jobs.job('volume.create', failed=_volume_failed)
def create(cloud, volume_id):
    """Make the storage, empty or as a copy."""
    doc = cloud.store.get('volume', volume_id)
    if doc is None or doc['status'] != 'creating':
        return
    source = doc['snapshot_id'] or doc['source_volid']
    if source:
        cloud.host.clone_volume(source, volume_id, doc['size'])
    else:
        cloud.host.create_volume(volume_id, doc['size'])
    with cloud.store.transaction():
        now = cloud.store.get('volume', volume_id)
        if now and now['status'] == 'creating':
            cloud.store.update('volume', volume_id, status='available',
                               updated_at=clock.now())


@jobs.job('volume.delete', failed=_deleting_failed)
def delete(cloud, volume_id):
    """Remove the storage, then the document."""
    cloud.host.delete_volume(volume_id)
    cloud.store.delete('volume', volume_id)


@jobs.job('volume.extend', failed=_extending_failed)
def extend(cloud, volume_id, size, back_to):
    """Give it more room; a guest sees it at once."""
    if cloud.store.get('volume', volume_id) is None:
        return
    cloud.host.extend_volume(volume_id, size)
    cloud.store.update('volume', volume_id, size=size, status=back_to,
                       updated_at=clock.now())


@jobs.job('snapshot.create', failed=_snapshot_failed)
def create_snapshot(cloud, snapshot_id):
    """Copy the volume as it is now."""
    doc = cloud.store.get('snapshot', snapshot_id)
    if doc is None or doc['status'] != 'creating':
        return
    cloud.host.clone_volume(doc['volume_id'], snapshot_id, doc['size'])
    cloud.store.update('snapshot', snapshot_id, status='available',
                       updated_at=clock.now())


@jobs.job('snapshot.delete', failed=_snapshot_failed)
def delete_snapshot(cloud, snapshot_id):
    """Remove the copy, then the document."""
    cloud.host.delete_volume(snapshot_id)
    cloud.store.delete('snapshot', snapshot_id)
