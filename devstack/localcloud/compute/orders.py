# SPDX-License-Identifier: Apache-2.0
"""What a new server is made of: the request, checked and claimed."""
import base64
import binascii
import re
import secrets
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import quota
from localcloud import web
from localcloud.compute import disks
from localcloud.compute import flavors
from localcloud.compute import history
from localcloud.compute import nics
from localcloud.image import images


def check_name(name):
    """A 400 for a name that Nova would refuse."""
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 255:
        raise errors.BadRequest(
            'Invalid input for field/attribute name: it must have 1 to 255 '
            'characters.')


def hostname(name, server_id):
    """A name as a guest may bear it."""
    clean = re.sub(r'[^a-z0-9-]+', '-', name.lower()).strip('-')[:63]
    return clean.strip('-') or f'server-{server_id}'


def place(call, body, hints):
    """Record a server, claim what it needs, promise to boot it."""
    check_name(web.required(body, 'name'))
    flavor = flavors.referred(call, web.required(body, 'flavorRef'))
    image = bootable(call, body.get('imageRef') or disks.image_of(body))
    _check_fit(flavor, image)
    _check_counts(body)
    check_quota(call, flavor)
    server_id = str(uuid.uuid4())
    now = clock.now()
    doc = {
        'id': server_id, 'project_id': call.ctx.project_id,
        'user_id': call.ctx.user_id, 'name': body['name'],
        'hostname': body.get('hostname') or hostname(body['name'],
                                                     server_id),
        'description': body.get('description'), 'image_id': image['id'],
        'flavor': flavor, 'old_flavor': None, 'vm_state': 'building',
        'task_state': 'spawning', 'fault': None, 'locked': False,
        'metadata': _strings(body.get('metadata') or {}),
        'tags': body.get('tags') or [], 'layers': None,
        'user_data': _user_data(body.get('user_data')),
        'config_drive': str(body.get('config_drive')).lower() == 'true',
        'key_name': _key(call, body.get('key_name')),
        'availability_zone': _zone(body.get('availability_zone')),
        'group_id': _group(call, server_id, hints.get('group')),
        'files': body.get('personality') or [], 'launched_at': None,
        'created_at': now, 'updated_at': now, 'was': None,
        'resume': False}
    doc.update(disks.claim(call, doc, body))
    doc.update(nics.claim(call, doc, body))
    call.store.put('server', doc)
    history.begin(call, server_id, 'create')
    call.cloud.jobs.add('server.boot', server_id, sabotage=call.sabotage)
    return doc, secrets.token_urlsafe(9)


def bootable(call, image_id):
    """An image that the caller may boot; a 400 otherwise."""
    if not image_id:
        raise errors.BadRequest('An image is needed: servers of this cloud '
                                'boot from layers, not from volumes.')
    try:
        image = images.need(call, str(image_id).rsplit('/', 1)[-1])
    except errors.NotFound as error:
        raise errors.BadRequest(
            f'Can not find requested image {image_id}') from error
    if image['status'] != 'active':
        raise errors.BadRequest(f'Image {image["id"]} is not active.')
    return image


def _check_fit(flavor, image):
    if image['min_ram'] > flavor['ram']:
        raise errors.BadRequest("Flavor's memory is too small for requested "
                                'image.')
    if flavor['disk'] and image['min_disk'] > flavor['disk']:
        raise errors.BadRequest("Flavor's disk is too small for requested "
                                'image.')


def _check_counts(body):
    for name in ('min_count', 'max_count'):
        if web.number(body.get(name, 1), name, 1) != 1:
            raise errors.BadRequest(
                'This cloud boots one server for each request.')


def check_quota(call, flavor, but=None, instances=1):
    """A 403, as Nova gives, if the project has no room."""
    but = but or {'vcpus': 0, 'ram': 0}
    over = quota.exceeded(
        call.store, 'compute', call.ctx.project_id, instances=instances,
        cores=flavor['vcpus'] - but['vcpus'],
        ram=flavor['ram'] - but['ram'])
    if over:
        name, limit, used = over
        raise errors.OverLimit(
            f'Quota exceeded for {name}: Requested '
            f'{ {"instances": instances}.get(name, "more")}, but already '
            f'used {used} of {limit} {name}')


def _strings(metadata):
    for key, value in metadata.items():
        if not isinstance(value, str) or len(key) > 255 or len(value) > 255:
            raise errors.BadRequest(
                f'Metadata {key!r} must be a text of at most 255 characters.')
    return metadata


def _user_data(text):
    if text is None:
        return None
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise errors.BadRequest('User data must be Base64.') from error
    if len(text) > 65535:
        raise errors.BadRequest('User data is longer than 65535 characters.')
    return text


def _key(call, name):
    if name and not call.store.get('keypair', f'{call.ctx.user_id}:{name}'):
        raise errors.BadRequest('Invalid key_name provided.')
    return name


def _zone(name):
    if name and name.split(':')[0] != 'nova':
        raise errors.BadRequest(
            'The requested availability zone is not available')
    return 'nova'


def _group(call, server_id, group_id):
    """Join a server group; on one machine any placement is the same."""
    if not group_id:
        return None
    group = call.store.get('server_group', group_id)
    if group is None or not call.owns(group):
        raise errors.BadRequest(f'Server group {group_id} could not be '
                                'found.')
    limit = quota.limits(call.store, 'compute', group['project_id'])[
        'server_group_members']
    if 0 <= limit <= len(group['members']):
        raise errors.OverLimit('Quota exceeded, too many servers in group')
    call.store.update('server_group', group_id,
                      members=group['members'] + [server_id])
    return group_id
