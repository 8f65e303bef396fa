# SPDX-License-Identifier: Apache-2.0
"""Volumes of a server, attached and detached while it runs."""
from localcloud import clock
from localcloud import errors
from localcloud import jobs
from localcloud import web
from localcloud.compute import disks
from localcloud.compute import servers

ROUTES = web.Routes('compute', '/compute/v2.1')
PATH = '/servers/<server_id>/os-volume_attachments'


def _view(call, doc, entry):
    shown = {'volumeId': entry['volume_id'], 'serverId': doc['id'],
             'device': entry['device']}
    if call.version < (2, 89):
        shown['id'] = entry['volume_id']
    else:
        shown.update(attachment_id=entry['attachment_id'],
                     bdm_uuid=entry['attachment_id'])
    if call.version >= (2, 70):
        shown['tag'] = entry['tag']
    if call.version >= (2, 79):
        shown['delete_on_termination'] = entry['delete_on_termination']
    return shown


def _entry(doc, volume_id):
    for entry in doc['volumes']:
        if entry['volume_id'] == volume_id:
            return entry
    raise errors.NotFound(f'Instance {doc["id"]} is not attached to volume '
                          f'{volume_id}')


def _idle(doc, action):
    if (doc['vm_state'] not in ('active', 'stopped', 'resized')
            or doc['task_state']):
        raise errors.Conflict(
            f"Cannot '{action}' instance {doc['id']} while it is in "
            f'vm_state {doc["vm_state"]}')


@ROUTES.get(PATH)
def index(call, server_id):
    """List the volumes of a server."""
    doc = servers.need(call, server_id)
    return {'volumeAttachments': [
        _view(call, doc, entry) for entry in doc['volumes']]}


@ROUTES.get(PATH + '/<volume_id>')
def show(call, server_id, volume_id):
    """Show one."""
    doc = servers.need(call, server_id)
    return {'volumeAttachment': _view(call, doc, _entry(doc, volume_id))}


@ROUTES.post(PATH)
def attach(call, server_id):
    """Promise to attach a volume."""
    body = call.body('volumeAttachment')
    volume_id = web.required(body, 'volumeId')
    with call.store.transaction():
        doc = servers.need(call, server_id)
        _idle(doc, 'attach_volume')
        volume = call.store.get('volume', volume_id)
        if volume is None or not call.owns(volume):
            raise errors.NotFound(f'Volume {volume_id} could not be found.')
        entry = disks.reserve(
            call, doc, volume, body.get('device'),
            bool(body.get('delete_on_termination')), body.get('tag'))
        doc = call.store.update('server', server_id,
                                volumes=doc['volumes'] + [entry],
                                updated_at=clock.now())
        call.cloud.jobs.add('server.attach', server_id,
                            volume_id=volume_id, sabotage=call.sabotage)
    return {'volumeAttachment': _view(call, doc, entry)}


@ROUTES.delete(PATH + '/<volume_id>')
def detach(call, server_id, volume_id):
    """Promise to detach a volume."""
    with call.store.transaction():
        doc = servers.need(call, server_id)
        _entry(doc, volume_id)
        _idle(doc, 'detach_volume')
        call.store.update('volume', volume_id, status='detaching',
                          updated_at=clock.now())
        call.cloud.jobs.add('server.detach', server_id,
                            volume_id=volume_id, sabotage=call.sabotage)
    return 202, None


def _without(cloud, server_id, volume_id):
    """Forget a server's entry for a volume; returns the entry."""
    doc = cloud.store.get('server', server_id)
    gone = [v for v in doc['volumes'] if v['volume_id'] == volume_id]
    cloud.store.update('server', server_id, updated_at=clock.now(), volumes=[
        v for v in doc['volumes'] if v['volume_id'] != volume_id])
    return gone[0] if gone else None


def _attach_failed(cloud, server_id, message, volume_id):
    """The server does without it; the volume is free again."""
    with cloud.store.transaction():
        if cloud.store.get('server', server_id):
            entry = _without(cloud, server_id, volume_id)
            if entry:
                disks.release(cloud, dict(entry,
                                          delete_on_termination=False))


@jobs.job('server.attach', failed=_attach_failed)
def attach_now(cloud, server_id, volume_id):
    """Show the volume to the running machine."""
    doc = cloud.store.get('server', server_id)
    entries = [v for v in doc['volumes']
               if v['volume_id'] == volume_id] if doc else []
    if not entries:
        return
    if cloud.host.machine_state(server_id) == 'running':
        cloud.host.attach_volume(server_id, volume_id, entries[0]['device'])
    disks.attached(cloud.store, server_id, entries[0])


def _detach_failed(cloud, server_id, message, volume_id):
    """The volume stays in use."""
    cloud.store.update('volume', volume_id, status='in-use',
                       updated_at=clock.now(), _fault=message)


@jobs.job('server.detach', failed=_detach_failed)
def detach_now(cloud, server_id, volume_id):
    """Take the volume from the machine."""
    if cloud.store.get('server', server_id) is None:
        return
    cloud.host.detach_volume(server_id, volume_id)
    with cloud.store.transaction():
        entry = _without(cloud, server_id, volume_id)
        if entry:
            disks.release(cloud, dict(entry, delete_on_termination=False))
