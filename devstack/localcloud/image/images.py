# SPDX-License-Identifier: Apache-2.0
"""Images: create, list, show, change, delete."""
import json
import re
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web

ROUTES = web.Routes('image', '/image/v2')
BASE = ('id', 'name', 'status', 'visibility', 'size', 'virtual_size',
        'checksum', 'os_hash_algo', 'os_hash_value', 'container_format',
        'disk_format', 'min_disk', 'min_ram', 'protected', 'tags',
        'os_hidden', 'owner', 'created_at', 'updated_at')
SETTABLE = ('name', 'visibility', 'container_format', 'disk_format',
            'min_disk', 'min_ram', 'protected', 'tags', 'os_hidden',
            'owner')
VISIBILITIES = ('public', 'private', 'shared', 'community')
CONTROL = {'limit', 'marker', 'sort_key', 'sort_dir', 'sort', 'tag',
           'member_status', 'name', 'id', 'visibility', 'os_hidden'}


def view(call, doc):
    """As the API shows it: properties beside the fields."""
    shown = dict(doc['properties'], **{k: doc.get(k) for k in BASE})
    shown['owner'] = doc['project_id']
    shown['created_at'] = clock.seconds(doc['created_at'])
    shown['updated_at'] = clock.seconds(doc['updated_at'])
    path = f'/v2/images/{doc["id"]}'
    return dict(shown, self=path, file=f'{path}/file',
                schema='/v2/schemas/image')


def visible(call, doc):
    """Whether the caller may see and boot it."""
    return call.owns(doc) or doc['visibility'] in ('public', 'community')


def need(call, image_id):
    """An image that the caller may see; a 404 otherwise."""
    doc = call.store.get('image', image_id)
    if doc is None or not visible(call, doc):
        raise errors.NotFound(f'No image found with ID {image_id}')
    return doc


def own(call, image_id):
    """An image that the caller may change."""
    doc = need(call, image_id)
    if not call.owns(doc):
        raise errors.Forbidden('You are not permitted to change this image.')
    return doc


def _checked(call, fields):
    if fields.get('visibility', 'shared') not in VISIBILITIES:
        raise errors.BadRequest(
            f"'visibility' is one of {', '.join(VISIBILITIES)}.")
    if fields.get('visibility') == 'public' and not call.ctx.is_admin:
        raise errors.Forbidden('Only an admin publishes images.')
    for name in ('min_disk', 'min_ram'):
        if name in fields:
            fields[name] = web.number(fields[name], name, 0)
    owner = fields.pop('owner', None)
    if owner:
        fields['project_id'] = call.project_for(owner)
    return fields


@ROUTES.post('/images')
def create(call):
    """Announce an image; its data comes later."""
    body = call.json()
    image_id = _new_id(body.pop('id', None))
    fields = _checked(call, {k: body.pop(k) for k in SETTABLE if k in body})
    readonly = set(body) & set(BASE)
    if readonly:
        raise errors.Forbidden(
            f"Attribute '{sorted(readonly)[0]}' is read-only.")
    properties = {k: str(v) for k, v in body.items()}
    now = clock.now()
    with call.store.transaction():
        if call.store.get('image', image_id):
            raise errors.Conflict(f'Image ID {image_id} already exists!')
        doc = call.store.put('image', dict({
            'id': image_id, 'project_id': call.ctx.project_id, 'name': None,
            'status': 'queued', 'visibility': 'shared', 'size': None,
            'virtual_size': None, 'checksum': None, 'os_hash_algo': None,
            'os_hash_value': None, 'container_format': None,
            'disk_format': None, 'min_disk': 0, 'min_ram': 0,
            'protected': False, 'tags': [], 'os_hidden': False,
            'properties': properties, 'created_at': now,
            'updated_at': now}, **fields))
    response = web.answer((201, view(call, doc)))
    response.headers['Location'] = call.url(f'/image/v2/images/{image_id}')
    return response


def _new_id(wanted):
    try:
        return str(uuid.UUID(wanted) if wanted else uuid.uuid4())
    except (ValueError, AttributeError, TypeError) as error:
        raise errors.BadRequest(f"'id': {wanted!r} is not a UUID.") from error


@ROUTES.get('/images')
def index(call):
    """List images: the newest first unless told otherwise."""
    docs = [d for d in call.store.find('image')[::-1] if _listed(call, d)]
    shown = [view(call, doc) for doc in docs]
    for name in call.query:
        if name not in CONTROL:
            wanted = call.query[name].removeprefix('in:').split(',')
            shown = [s for s in shown if str(s.get(name)) in wanted]
    shown = _sorted(call, shown)
    paged, more = web.page(call, shown)
    body = {'images': paged, 'schema': '/v2/schemas/images',
            'first': '/v2/images'}
    if more and paged:
        body['next'] = '/v2' + web.next_link(
            call, paged[-1]['id']).split('/image/v2', 1)[1]
    return body


def _listed(call, doc):
    asked = call.query.get('visibility')
    if not visible(call, doc) or (asked is None and not call.owns(doc)
                                  and doc['visibility'] == 'community'):
        return False
    names = call.query.get('name')
    if names is not None and doc['name'] not in (
            names, *names.removeprefix('in:').split(',')):
        return False
    if call.query.get('id') and doc['id'] not in (
            call.query['id'].removeprefix('in:').split(',')):
        return False
    if asked not in (None, 'all', doc['visibility']):
        return False
    if doc['os_hidden'] != call.flag('os_hidden'):
        return False
    return set(call.query.getlist('tag')) <= set(doc['tags'])


def _sorted(call, shown):
    keys = call.query.getlist('sort_key')
    ways = call.query.getlist('sort_dir') or ['desc']
    if call.query.get('sort'):
        pairs = [p.partition(':') for p in call.query['sort'].split(',')]
        keys, ways = [p[0] for p in pairs], [p[2] or 'desc' for p in pairs]
    ways += [ways[-1]] * (len(keys) - len(ways))
    for key, way in reversed(list(zip(keys, ways, strict=False))):
        shown.sort(key=lambda s: str(s.get(key) or ''),
                   reverse=way == 'desc')
    return shown


@ROUTES.get('/images/<image_id>')
def show(call, image_id):
    """Show an image."""
    return view(call, need(call, image_id))


@ROUTES.route('PATCH', '/images/<image_id>')
def update(call, image_id):
    """Change an image by JSON patch."""
    try:
        patch = json.loads(call.request.get_data())
    except ValueError as error:
        raise errors.BadRequest(f'The body is not JSON: {error}.') from error
    if not isinstance(patch, list):
        raise errors.BadRequest('The body must be a list of changes.')
    with call.store.transaction():
        doc = own(call, image_id)
        for change in patch:
            _apply(call, doc, change)
        doc['updated_at'] = clock.now()
        call.store.put('image', doc)
    return view(call, doc)


def _apply(call, doc, change):
    op, path = change.get('op'), change.get('path', '')
    match = re.fullmatch(r'/([^/]+)(?:/([^/]+))?', path)
    if not match or op not in ('add', 'replace', 'remove') or (
            match[2] and match[1] != 'tags'):
        raise errors.BadRequest(f'Cannot {op} {path!r}.')
    name = match[1].replace('~1', '/').replace('~0', '~')
    if match[2]:
        doc['tags'] = _patched_tags(doc['tags'], op, match[2],
                                    change.get('value'))
    elif name in SETTABLE and op != 'remove':
        doc.update(_checked(call, {name: change.get('value')}))
    elif name in BASE:
        raise errors.Forbidden(f"Attribute '{name}' is read-only.")
    elif op == 'remove':
        if doc['properties'].pop(name, None) is None:
            raise errors.Conflict(f'Property {name} does not exist.')
    else:
        doc['properties'][name] = str(change.get('value'))


def _patched_tags(tags, op, place, value):
    """Tags are a set: where a new one is put makes no difference."""
    kept = list(tags)
    if op != 'add':
        if not place.isdigit() or int(place) >= len(kept):
            raise errors.Conflict(f'There is no tag number {place}.')
        del kept[int(place)]
    return sorted({*kept, *([] if op == 'remove' else [value])})


@ROUTES.delete('/images/<image_id>')
def delete(call, image_id):
    """Forget an image and its data; servers made of it live on."""
    with call.store.transaction():
        doc = own(call, image_id)
        if doc['protected']:
            raise errors.Forbidden(
                f'Image {image_id} is protected and cannot be deleted.')
        call.store.delete('image', image_id)
    path(call.cloud, image_id).unlink(missing_ok=True)
    return 204, None


def path(cloud, image_id):
    """Where the data of an image lies."""
    return cloud.settings.state / 'images' / uuid.UUID(image_id).hex


@ROUTES.put('/images/<image_id>/tags/<tag>')
def add_tag(call, image_id, tag):
    """One tag more."""
    with call.store.transaction():
        doc = own(call, image_id)
        call.store.update('image', image_id,
                          tags=sorted({*doc['tags'], tag}))
    return 204, None


@ROUTES.delete('/images/<image_id>/tags/<tag>')
def remove_tag(call, image_id, tag):
    """One tag less."""
    with call.store.transaction():
        doc = own(call, image_id)
        if tag not in doc['tags']:
            raise errors.NotFound(f'Image {image_id} has no tag {tag}.')
        call.store.update('image', image_id,
                          tags=[t for t in doc['tags'] if t != tag])
    return 204, None
