# SPDX-License-Identifier: Apache-2.0
"""Secrets: store, show, list, payload, delete."""
import base64
import binascii
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.keymanager import access

ROUTES = web.Routes('key-manager', '/key-manager/v1')
KIND = 'secret'
TYPES = ('symmetric', 'public', 'private', 'passphrase', 'certificate',
         'opaque')
BINARY = 'application/octet-stream'
TEXT = ('text/plain', 'text/plain; charset=utf-8', 'text/plain;charset=utf-8')
MOST_BYTES = 65536
FIELDS = ('name', 'algorithm', 'bit_length', 'mode', 'expiration')


def ref(call, doc):
    """The address of a secret, as clients keep it."""
    return call.url(f'/key-manager/v1/secrets/{doc["id"]}')


def view(call, doc):
    """What is known of a secret, but for its payload."""
    shown = {name: doc[name] for name in (
        *FIELDS, 'secret_type', 'creator_id', 'status')}
    shown.update(secret_ref=ref(call, doc), consumers=doc['consumers'],
                 created=clock.seconds(doc['created_at']).rstrip('Z'),
                 updated=clock.seconds(doc['updated_at']).rstrip('Z'))
    if doc['content_type']:
        shown['content_types'] = {'default': doc['content_type']}
    return shown


@ROUTES.post('/secrets')
def create(call):
    """Store a secret, with its payload or before it."""
    body = call.json()
    if body.get('secret_type', 'opaque') not in TYPES:
        raise errors.BadRequest(
            f"'secret_type' is one of {', '.join(TYPES)}.")
    if not call.ctx.may_write:
        raise errors.Forbidden('Secret creation attempt not allowed')
    now = clock.now()
    doc = dict(access.traits(call), id=str(uuid.uuid4()), payload=None,
               content_type=None, created_at=now, updated_at=now,
               secret_type=body.get('secret_type') or 'opaque',
               status='ACTIVE', **{name: body.get(name) for name in FIELDS})
    if body.get('payload') is not None:
        _fill(doc, _decoded(body), web.required(body,
                                                'payload_content_type'))
    call.store.put(KIND, doc)
    return 201, {'secret_ref': ref(call, doc)}


def _decoded(body):
    text = body['payload']
    if not isinstance(text, str):
        raise errors.BadRequest("'payload' must be text.")
    if body.get('payload_content_encoding') is None:
        if body.get('payload_content_type') == BINARY:
            raise errors.BadRequest('payload_content_encoding must be '
                                    'specified for binary content.')
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise errors.BadRequest("'payload' is not base64.") from error


def _fill(doc, payload, content_type):
    content_type = content_type.lower()
    if content_type != BINARY and content_type not in TEXT:
        raise errors.BadRequest(
            f"'payload_content_type' {content_type} is not supported.")
    if not payload:
        raise errors.BadRequest('The payload is empty.')
    if len(payload) > MOST_BYTES:
        raise errors.TooLarge('The payload is too large.')
    doc.update(payload=base64.b64encode(payload).decode(),
               content_type=content_type)


@ROUTES.put('/secrets/<secret_id>')
def fill(call, secret_id):
    """The payload of a secret that was stored without."""
    data = call.request.get_data()
    if call.request.headers.get('Content-Encoding') == 'base64':
        data = base64.b64decode(data)
    with call.store.transaction():
        doc = access.need(call, KIND, secret_id)
        access.check_write(call, doc)
        if doc['payload'] is not None:
            raise errors.Conflict('Secret already has data, cannot modify '
                                  'it.')
        _fill(doc, data, call.request.headers.get('Content-Type', ''))
        call.store.put(KIND, dict(doc, updated_at=clock.now()))
    return 204, None


@ROUTES.get('/secrets')
def index(call):
    """A page of the project's secrets."""
    docs = [doc for doc in call.store.find(KIND)
            if doc['project_id'] == call.ctx.project_id]
    for name in ('name', 'secret_type', 'algorithm', 'mode'):
        if call.query.get(name):
            docs = [doc for doc in docs if doc[name] == call.query[name]]
    return paged(call, 'secrets', docs, view)


def paged(call, name, docs, show):
    """A page by offset, as Barbican cuts it."""
    limit = web.number(call.query.get('limit', 10), 'limit', 0)
    offset = web.number(call.query.get('offset', 0), 'offset', 0)
    return {name: [show(call, doc) for doc in docs[offset:offset + limit]],
            'total': len(docs)}


@ROUTES.get('/secrets/<secret_id>')
def show_one(call, secret_id):
    """What is known of a secret; old clients ask here for its payload."""
    doc = access.need(call, KIND, secret_id)
    wanted = call.request.headers.get('Accept', '*/*')
    if wanted.startswith((BINARY, 'text/')):
        return _payload(call, doc)
    return view(call, doc)


@ROUTES.get('/secrets/<secret_id>/payload')
def payload(call, secret_id):
    """The secret itself."""
    return _payload(call, access.need(call, KIND, secret_id))


def _payload(call, doc):
    access.check_read(call, doc)
    if doc['payload'] is None:
        raise errors.NotFound('Not Found. The secret has no payload.')
    wanted = call.request.headers.get('Accept', '*/*').split(',')
    base = doc['content_type'].split(';')[0]
    if not any(one.split(';')[0].strip() in (base, '*/*')
               for one in wanted):
        raise errors.NotAcceptable('Secret payload retrieval issue seen - '
                                   'Not Acceptable.')
    return web.Response(base64.b64decode(doc['payload']),
                        content_type=doc['content_type'])


@ROUTES.delete('/secrets/<secret_id>')
def delete(call, secret_id):
    """Forget a secret."""
    with call.store.transaction():
        access.check_write(call, access.need(call, KIND, secret_id))
        call.store.delete(KIND, secret_id)
    return 204, None
