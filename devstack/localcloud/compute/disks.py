# SPDX-License-Identifier: Apache-2.0
"""The storage side of a server: which volumes it has, and where."""
import string
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.volume import volumes

NAMES = tuple(f'/dev/vd{letter}' for letter in string.ascii_lowercase[1:25])


def image_of(body):
    """The image that a block device mapping boots from, or None."""
    for entry in body.get('block_device_mapping_v2') or ():
        if (str(entry.get('boot_index')) == '0'
                and entry.get('source_type') == 'image'):
            return entry.get('uuid')
    return None


def claim(call, doc, body):
    """Volumes for a new server: given ones reserved, blank ones made."""
    doc = dict(doc, volumes=[])
    for entry in body.get('block_device_mapping_v2') or ():
        where = entry.get('destination_type') or 'volume'
        if str(entry.get('boot_index')) == '0':
            if where == 'volume':
                raise errors.BadRequest(
                    'Servers of this cloud boot from layers, not from '
                    'volumes.')
            continue
        if where == 'local':
            continue    # an ephemeral disk: part of the root file system
        volume = _volume(call, doc, entry)
        doc['volumes'].append(reserve(
            call, doc, volume, entry.get('device_name'),
            bool(entry.get('delete_on_termination')), entry.get('tag')))
    for entry in body.get('block_device_mapping') or ():
        volume = find(call, web.required(entry, 'volume_id'))
        doc['volumes'].append(reserve(
            call, doc, volume, entry.get('device_name'),
            bool(entry.get('delete_on_termination'))))
    return {'volumes': doc['volumes']}


def _volume(call, doc, entry):
    source = entry.get('source_type')
    if source == 'volume':
        return find(call, web.required(entry, 'uuid'))
    if source == 'blank':
        size = web.number(entry.get('volume_size'), 'volume_size', 1)
        return dict(volumes.new(call.cloud, call.ctx, doc['project_id'],
                                size, name=''), status='available')
    raise errors.BadRequest(f'A volume from {source!r} is not made here: '
                            'create it first.')


def find(call, volume_id):
    """A volume that may be attached; a 404 or 400 otherwise."""
    volume = call.store.get('volume', volume_id)
    if volume is None or not call.owns(volume):
        raise errors.BadRequest(f'Block Device Mapping is Invalid: failed to '
                                f'get volume {volume_id}.')
    return volume


def reserve(call, doc, volume, device=None, ends_with_server=False,
            tag=None):
    """Claim a volume for a server; returns the server's entry for it."""
    if volume['status'] != 'available':
        raise errors.BadRequest(
            f'Invalid volume: volume {volume["id"]} status must be '
            f"'available'. Currently in '{volume['status']}'")
    used = {entry['device'] for entry in doc['volumes']}
    if device and not device.startswith('/dev/'):
        device = f'/dev/{device}'
    if device not in NAMES or device in used:
        free = [name for name in NAMES if name not in used]
        if not free:
            raise errors.Forbidden('The server has no free device name.')
        device = free[0]
    entry = {'volume_id': volume['id'], 'device': device, 'tag': tag,
             'delete_on_termination': ends_with_server,
             'attachment_id': str(uuid.uuid4())}
    stored = call.store.get('volume', volume['id'])
    if stored['status'] == 'available':
        call.store.update('volume', volume['id'], status='attaching',
                          updated_at=clock.now())
    return entry


def attached(store, server_id, entry):
    """The volume is in the server."""
    store.update('volume', entry['volume_id'], status='in-use',
                 updated_at=clock.now(), attachments=[{
                     'server_id': server_id, 'device': entry['device'],
                     'attachment_id': entry['attachment_id'],
                     'attached_at': clock.now()}])


def release(cloud, entry):
    """The volume is free again, or gone if it ends with its server."""
    with cloud.store.transaction():
        volume = cloud.store.get('volume', entry['volume_id'])
        if volume is None or volume['status'] == 'deleting':
            return
        if entry['delete_on_termination']:
            cloud.store.update('volume', volume['id'], status='deleting',
                               attachments=[])
            cloud.jobs.add('volume.delete', volume['id'])
            return
        broken = volume['status'].startswith('error')
        cloud.store.update(
            'volume', volume['id'], attachments=[], updated_at=clock.now(),
            status=volume['status'] if broken else 'available')
