# SPDX-License-Identifier: Apache-2.0
"""Snapshots of volumes: copies of their files."""
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.volume import listing
from localcloud.volume import volumes

ROUTES = web.Routes('volume', '/volume/v3/<project>')


def _view(call, doc):
    shown = {k: v for k, v in doc.items()
             if k != 'project_id' and not k.startswith('_')}
    shown['created_at'] = clock.bare(doc['created_at'])
    shown['updated_at'] = clock.bare(doc['updated_at'])
    shown['os-extended-snapshot-attributes:project_id'] = doc['project_id']
    done = '100%' if doc['status'] == 'available' else '0%'
    shown['os-extended-snapshot-attributes:progress'] = done
    return shown


@ROUTES.get('/snapshots', '/snapshots/detail')
def index(call):
    """List snapshots."""
    return listing.answer(call, 'snapshots', listing.documents(
        call, 'snapshot'), _view)


@ROUTES.get('/snapshots/<snapshot_id>')
def show(call, snapshot_id):
    """Show a snapshot."""
    return {'snapshot': _view(call, call.fetch(
        'snapshot', snapshot_id, 'Snapshot'))}


@ROUTES.post('/snapshots')
def create(call):
    """Promise a snapshot; of a volume in use only if forced."""
    body = call.body('snapshot')
    with call.store.transaction():
        volume = call.fetch('volume', web.required(body, 'volume_id'),
                            'Volume')
        forced = str(body.get('force', '')).lower() in ('true', '1', 'on')
        fine = ('available', 'in-use') if (
            forced or call.version >= (3, 66)) else ('available',)
        if volume['status'] not in fine:
            raise errors.BadRequest(
                f'Invalid volume: Volume {volume["id"]} status must be '
                f'{" or ".join(fine)}, but current status is: '
                f'{volume["status"]}.')
        volumes.check_quota(call.store, volume['project_id'], snapshots=1,
                            gigabytes=volume['size'])
        now = clock.now()
        doc = call.store.put('snapshot', {
            'id': str(uuid.uuid4()), 'project_id': volume['project_id'],
            'user_id': call.ctx.user_id, 'volume_id': volume['id'],
            'name': body.get('name'), 'size': volume['size'],
            'description': body.get('description'), 'status': 'creating',
            'metadata': body.get('metadata') or {}, 'created_at': now,
            'updated_at': now, 'group_snapshot_id': None,
            'consumes_quota': True})
        call.cloud.jobs.add('snapshot.create', doc['id'],
                            sabotage=call.sabotage)
    return 202, {'snapshot': _view(call, doc)}


@ROUTES.put('/snapshots/<snapshot_id>')
def update(call, snapshot_id):
    """Rename or describe a snapshot."""
    call.fetch('snapshot', snapshot_id, 'Snapshot')
    body = call.body('snapshot')
    doc = call.store.update('snapshot', snapshot_id, **{
        k: body[k] for k in ('name', 'description') if k in body})
    return {'snapshot': _view(call, doc)}


@ROUTES.delete('/snapshots/<snapshot_id>')
def delete(call, snapshot_id):
    """Promise that a snapshot goes away."""
    with call.store.transaction():
        doc = call.fetch('snapshot', snapshot_id, 'Snapshot')
        if doc['status'] not in ('available', 'error', 'error_deleting'):
            raise errors.BadRequest('Invalid snapshot: Snapshot status must '
                                    'be available or error.')
        call.store.update('snapshot', snapshot_id, status='deleting')
        call.cloud.jobs.add('snapshot.delete', snapshot_id)
    return 202, None
