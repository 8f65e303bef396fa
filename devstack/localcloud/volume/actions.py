# SPDX-License-Identifier: Apache-2.0
"""POST /volumes/{id}/action: a table of names."""
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.volume import types
from localcloud.volume import volumes

ROUTES = web.Routes('volume', '/volume/v3/<project>')
STATUSES = ('creating', 'available', 'deleting', 'error', 'in-use',
            'error_deleting', 'error_extending', 'maintenance')


@ROUTES.post('/volumes/<volume_id>/action')
def act(call, volume_id):
    """Do the one thing that the body names."""
    body = call.json()
    if len(body) != 1:
        raise errors.BadRequest('The body must name one action.')
    name, args = next(iter(body.items()))
    if name not in TABLE:
        raise errors.BadRequest(f'There is no such action: {name}')
    with call.store.transaction():
        doc = call.fetch('volume', volume_id, 'Volume')
        result = TABLE[name](call, doc, args or {})
    return result or (202, None)


def _change(call, doc, **changes):
    call.store.update('volume', doc['id'], updated_at=clock.now(),
                      **changes)


def extend(call, doc, args):
    """More room; while it is in use from 3.42 on."""
    size = web.number(args.get('new_size'), 'new_size', 1)
    allowed = ['available'] + (['in-use'] if call.version >= (3, 42) else [])
    if doc['status'] not in allowed:
        raise errors.BadRequest(
            f'Invalid volume: Volume {doc["id"]} status must be '
            f"'{' or '.join(allowed)}' to extend, currently "
            f'{doc["status"]}.')
    if size <= doc['size']:
        raise errors.BadRequest(
            'Invalid input received: New size for extend must be greater '
            f'than current size. (current: {doc["size"]}, extended: {size}).')
    volumes.check_quota(call.store, doc['project_id'],
                        gigabytes=size - doc['size'])
    _change(call, doc, status='extending')
    call.cloud.jobs.add('volume.extend', doc['id'], size=size,
                        back_to=doc['status'], sabotage=call.sabotage)


def reset_status(call, doc, args):
    """An operator knows better."""
    if not call.ctx.is_admin:
        raise errors.Forbidden()
    status = args.get('status')
    if status not in STATUSES:
        raise errors.BadRequest(f"'status' is one of {', '.join(STATUSES)}.")
    changes = {'status': status}
    if status == 'available' or args.get('attach_status') == 'detached':
        changes['attachments'] = []
    _change(call, doc, **changes)


def set_bootable(call, doc, args):
    """A flag that says nothing here: servers boot from layers."""
    _change(call, doc, bootable=str(bool(args.get('bootable'))).lower())
    return 200, None


def set_readonly(call, doc, args):
    """Refused: devices are always writable."""
    if args.get('readonly'):
        raise errors.NotImplementedHere('Volumes are not read-only here.')


def force_delete(call, doc, args):
    """An operator deletes from any state, but not what is attached."""
    if not call.ctx.is_admin:
        raise errors.Forbidden()
    volumes.remove(call, doc['id'], force=True)


def retype(call, doc, args):
    """Another type; there is one kind of storage."""
    kind = types.named(call, args.get('new_type'))
    _change(call, doc, volume_type=kind['name'])


def reserve(call, doc, args):
    """The volume is about to be attached."""
    if doc['status'] != 'available':
        raise errors.BadRequest('Invalid volume: it must be available, '
                                f'not {doc["status"]}.')
    _change(call, doc, status='attaching')


def unreserve(call, doc, args):
    """It is not going to be attached after all."""
    if doc['status'] == 'attaching':
        _change(call, doc, status='available')


def attach(call, doc, args):
    """Record an attachment that somebody else has made."""
    _change(call, doc, status='in-use', attachments=[{
        'attachment_id': str(uuid.uuid4()), 'attached_at': clock.now(),
        'server_id': args.get('instance_uuid'),
        'device': args.get('mountpoint')}])


def begin_detaching(call, doc, args):
    """The volume is about to be detached."""
    _change(call, doc, status='detaching')


def roll_detaching(call, doc, args):
    """It stays after all."""
    _change(call, doc, status='in-use')


def detach(call, doc, args):
    """Record that it is detached; an operator's repair, as in Cinder."""
    if not call.ctx.is_admin:
        raise errors.Forbidden()
    _change(call, doc, status='available', attachments=[])


def refuse(call, doc, args):
    """What OpenStack can and this cloud cannot."""
    raise errors.NotImplementedHere('This cloud does not do that.')


TABLE = {
    'os-extend': extend, 'os-reset_status': reset_status,
    'os-set_bootable': set_bootable, 'os-retype': retype,
    'os-update_readonly_flag': set_readonly,
    'os-force_delete': force_delete, 'os-reserve': reserve,
    'os-unreserve': unreserve, 'os-attach': attach, 'os-detach': detach,
    'os-begin_detaching': begin_detaching,
    'os-roll_detaching': roll_detaching,
    'os-volume_upload_image': refuse, 'os-migrate_volume': refuse}
