# SPDX-License-Identifier: Apache-2.0
"""Containers: secrets that belong together."""
import re
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.keymanager import access
from localcloud.keymanager import secrets

ROUTES = web.Routes('key-manager', '/key-manager/v1')
KIND = 'container'
TYPES = ('generic', 'rsa', 'certificate')
_REF = re.compile(r'.*/secrets/([0-9a-f-]{36})/?')


def ref(call, doc):
    """The address of a container, as clients keep it."""
    return call.url(f'/key-manager/v1/containers/{doc["id"]}')


def view(call, doc):
    """A container and the addresses of what is in it."""
    return {
        'name': doc['name'], 'type': doc['type'], 'status': 'ACTIVE',
        'container_ref': ref(call, doc), 'creator_id': doc['creator_id'],
        'created': clock.seconds(doc['created_at']).rstrip('Z'),
        'updated': clock.seconds(doc['updated_at']).rstrip('Z'),
        'consumers': doc['consumers'],
        'secret_refs': [{
            'name': one['name'],
            'secret_ref': secrets.ref(call, {'id': one['id']})}
            for one in doc['secrets']]}


@ROUTES.post('/containers')
def create(call):
    """Put secrets of the project together."""
    body = call.json()
    if body.get('type') not in TYPES:
        raise errors.BadRequest(f"'type' is one of {', '.join(TYPES)}.")
    if not call.ctx.may_write:
        raise errors.Forbidden('Container creation attempt not allowed')
    now = clock.now()
    doc = call.store.put(KIND, dict(
        access.traits(call), id=str(uuid.uuid4()), name=body.get('name'),
        type=body['type'], created_at=now, updated_at=now,
        secrets=[_inner(call, one) for one in body.get('secret_refs', ())]))
    return 201, {'container_ref': ref(call, doc)}


def _inner(call, one):
    match = _REF.fullmatch(str(one.get('secret_ref')))
    if not match:
        raise errors.BadRequest(f'{one!r} names no secret.')
    access.need(call, secrets.KIND, match[1])
    return {'name': one.get('name'), 'id': match[1]}


@ROUTES.get('/containers')
def index(call):
    """A page of the project's containers."""
    docs = [doc for doc in call.store.find(KIND)
            if doc['project_id'] == call.ctx.project_id]
    if call.query.get('name'):
        docs = [doc for doc in docs if doc['name'] == call.query['name']]
    return secrets.paged(call, 'containers', docs, view)


@ROUTES.get('/containers/<container_id>')
def show(call, container_id):
    """One container."""
    return view(call, access.need(call, KIND, container_id))


@ROUTES.delete('/containers/<container_id>')
def delete(call, container_id):
    """Forget a container; its secrets stay."""
    with call.store.transaction():
        access.check_write(call, access.need(call, KIND, container_id))
        call.store.delete(KIND, container_id)
    return 204, None
