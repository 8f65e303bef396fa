# SPDX-License-Identifier: Apache-2.0
"""Volumes: what may be asked."""
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import quota
from localcloud import web
from localcloud.volume import listing
from localcloud.volume import types

ROUTES = web.Routes('volume', '/volume/v3/<project>')
DELETABLE = ('available', 'error', 'error_deleting', 'error_restoring',
             'error_extending', 'error_managing')


def brief(call, doc):
    """As /volumes lists it."""
    path = f'/volume/v3/{call.ctx.project_id}/volumes/{doc["id"]}'
    return {'id': doc['id'], 'name': doc['name'], 'links': [
        {'rel': 'self', 'href': call.url(path)},
        {'rel': 'bookmark', 'href': call.url(path)}]}


def detail(call, doc):
    """As /volumes/detail and show give it."""
    hidden = ('project_id', 'attachments')
    shown = dict({k: v for k, v in doc.items()
                  if k not in hidden and not k.startswith('_')},
                 **brief(call, doc))
    shown['created_at'] = clock.bare(doc['created_at'])
    shown['updated_at'] = clock.bare(doc['updated_at'])
    shown['attachments'] = [dict(
        a, id=doc['id'], volume_id=doc['id'], host_name=None,
        attached_at=clock.bare(a['attached_at']))
        for a in doc['attachments']]
    shown['os-vol-tenant-attr:tenant_id'] = doc['project_id']
    if call.ctx.is_admin:
        shown['os-vol-host-attr:host'] = 'localcloud@lvm#lvm'
    return shown


def summary(call, doc):
    """As create answers: no tenant, no host."""
    return {k: v for k, v in detail(call, doc).items()
            if not k.startswith('os-vol-')}


def check_quota(store, project_id, **more):
    """A 413, as Cinder gives, when the project has no room."""
    over = quota.exceeded(store, 'volume', project_id, **more)
    if over:
        name, limit, used = over
        kind = {'volumes': 'VolumeLimitExceeded',
                'snapshots': 'SnapshotLimitExceeded'}.get(
                    name, 'VolumeSizeExceedsAvailableQuota')
        raise errors.TooLarge(
            f'{kind}: Requested {name} exceed the quota: limit {limit}, '
            f'{used} used, {more[name]} more requested.')


def new(cloud, ctx, project_id, size, sabotage=None, **fields):
    """Record a volume and promise to make it; inside a transaction."""
    check_quota(cloud.store, project_id, volumes=1, gigabytes=size)
    now = clock.now()
    doc = cloud.store.put('volume', dict({
        'id': str(uuid.uuid4()), 'project_id': project_id,
        'user_id': ctx.user_id, 'name': None, 'description': None,
        'size': size, 'status': 'creating', 'volume_type': 'lvm',
        'availability_zone': 'nova', 'snapshot_id': None,
        'source_volid': None, 'metadata': {}, 'bootable': 'false',
        'encrypted': False, 'multiattach': False, 'attachments': [],
        'replication_status': None, 'consistencygroup_id': None,
        'migration_status': None, 'group_id': None,
        'shared_targets': False, 'service_uuid': None,
        'created_at': now, 'updated_at': now}, **fields))
    cloud.jobs.add('volume.create', doc['id'], sabotage=sabotage)
    return doc


@ROUTES.get('/volumes')
def index(call):
    """List volumes, briefly."""
    return listing.answer(call, 'volumes', listing.documents(
        call, 'volume'), brief)


@ROUTES.get('/volumes/detail')
def index_detail(call):
    """List volumes, with everything."""
    return listing.answer(call, 'volumes', listing.documents(
        call, 'volume'), detail)


@ROUTES.get('/volumes/summary')
def total(call):
    """How many there are, and how large."""
    docs = listing.documents(call, 'volume')
    return {'volume-summary': {
        'total_count': len(docs), 'metadata': {},
        'total_size': sum(d['size'] for d in docs)}}


@ROUTES.get('/volumes/<volume_id>')
def show(call, volume_id):
    """Show a volume."""
    return {'volume': detail(call, call.fetch('volume', volume_id,
                                              'Volume'))}


@ROUTES.post('/volumes')
def create(call):
    """Promise a volume."""
    body = call.body('volume')
    if body.get('imageRef'):
        raise errors.BadRequest('Volumes are not made from images here: '
                                'servers boot from layers.')
    if body.get('availability_zone') not in (None, '', 'nova'):
        raise errors.BadRequest('Availability zone '
                                f"'{body['availability_zone']}' is invalid.")
    fields = {k: body[k] for k in ('name', 'description', 'metadata')
              if body.get(k) is not None}
    kind = types.named(call, body.get('volume_type'))
    with call.store.transaction():
        size, origin = _source(call, body)
        doc = new(call.cloud, call.ctx, call.ctx.project_id, size,
                  sabotage=call.sabotage, volume_type=kind['name'],
                  **origin, **fields)
    return 202, {'volume': summary(call, doc)}


def _source(call, body):
    """The size, and what the volume is a copy of."""
    size = body.get('size')
    if size is not None:
        size = web.number(size, 'size', 1)
    for kind, field in (('snapshot', 'snapshot_id'),
                        ('volume', 'source_volid')):
        if not body.get(field):
            continue
        source = call.fetch(kind, body[field], kind.capitalize())
        if source['status'] not in ('available', 'in-use'):
            raise errors.BadRequest(
                f'Invalid {kind}: it is {source["status"]}.')
        if size is not None and size < source['size']:
            raise errors.BadRequest(
                f"Invalid input received: Volume size '{size}'GB cannot be "
                f"smaller than the {kind} size {source['size']}GB.")
        return size or source['size'], {field: source['id']}
    if size is None:
        raise errors.BadRequest("'size' is required.")
    return size, {}


@ROUTES.put('/volumes/<volume_id>')
def update(call, volume_id):
    """Rename or describe a volume."""
    call.fetch('volume', volume_id, 'Volume')
    body = call.body('volume')
    changes = {k: body[k] for k in ('name', 'description', 'metadata')
               if k in body}
    doc = call.store.update('volume', volume_id, updated_at=clock.now(),
                            **changes)
    return {'volume': detail(call, doc)}


@ROUTES.delete('/volumes/<volume_id>')
def delete(call, volume_id):
    """Promise that a volume goes away."""
    remove(call, volume_id, force=call.flag('force'))
    return 202, None


def remove(call, volume_id, force=False):
    """Claim a volume for deletion; 400 if it is in use."""
    with call.store.transaction():
        doc = call.fetch('volume', volume_id, 'Volume')
        if doc['attachments'] or not (
                doc['status'] in DELETABLE or force):
            raise errors.BadRequest(
                'Invalid volume: Volume status must be available or error '
                'or error_restoring or error_extending or error_managing '
                'and must not be migrating, attached, belong to a group, '
                f'have snapshots. It is {doc["status"]}.')
        if call.store.find('snapshot', volume_id=volume_id):
            raise errors.BadRequest(
                'Invalid volume: Volume has snapshots; delete them first.')
        call.store.update('volume', volume_id, status='deleting',
                          updated_at=clock.now())
        call.cloud.jobs.add('volume.delete', volume_id,
                            sabotage=call.sabotage)


@ROUTES.get('/volumes/<volume_id>/metadata')
def metadata(call, volume_id):
    """The metadata of a volume."""
    return {'metadata': call.fetch('volume', volume_id,
                                   'Volume')['metadata']}


@ROUTES.route('POST PUT', '/volumes/<volume_id>/metadata')
def set_metadata(call, volume_id):
    """POST adds, PUT replaces."""
    with call.store.transaction():
        doc = call.fetch('volume', volume_id, 'Volume')
        kept = doc['metadata'] if call.request.method == 'POST' else {}
        merged = dict(kept, **call.body('metadata'))
        call.store.update('volume', volume_id, metadata=merged)
    return {'metadata': merged}


@ROUTES.delete('/volumes/<volume_id>/metadata/<key>')
def delete_metadata(call, volume_id, key):
    """One entry less."""
    with call.store.transaction():
        doc = call.fetch('volume', volume_id, 'Volume')
        if doc['metadata'].pop(key, None) is None:
            raise errors.NotFound(f'Volume {volume_id} has no metadata '
                                  f'{key}.')
        call.store.update('volume', volume_id, metadata=doc['metadata'])
    return None
