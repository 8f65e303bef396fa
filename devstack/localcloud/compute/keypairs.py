# SPDX-License-Identifier: Apache-2.0
"""Key pairs: public keys that users bring."""
import base64
import binascii
import hashlib

from localcloud import clock
from localcloud import errors
from localcloud import web

ROUTES = web.Routes('compute', '/compute/v2.1')


def _view(call, doc, full=False):
    names = ['name', 'public_key', 'fingerprint']
    if call.version >= (2, 2):
        names.append('type')
    shown = {k: doc[k] for k in names}
    if full:
        shown.update(user_id=doc['user_id'], id=1, deleted=False,
                     deleted_at=None, updated_at=None,
                     created_at=clock.bare(doc['created_at']))
    return {'keypair': shown}


def _need(call, name):
    doc = call.store.get('keypair', f'{call.ctx.user_id}:{name}')
    if doc is None:
        raise errors.NotFound(f'Keypair {name} not found for user '
                              f'{call.ctx.user_id}')
    return doc


@ROUTES.get('/os-keypairs')
def index(call):
    """The user's key pairs."""
    return {'keypairs': [_view(call, d) for d in call.store.find(
        'keypair', user_id=call.ctx.user_id)]}


@ROUTES.get('/os-keypairs/<name>')
def show(call, name):
    """Show one."""
    return _view(call, _need(call, name), full=True)


@ROUTES.post('/os-keypairs')
def create(call):
    """Keep a public key; private keys are made by their owners."""
    body = call.body('keypair')
    name, key = web.required(body, 'name'), body.get('public_key')
    if not key:
        raise errors.BadRequest('A public_key is required: this cloud makes '
                                'no private keys.')
    try:
        raw = base64.b64decode(key.split()[1], validate=True)
    except (IndexError, binascii.Error, AttributeError) as error:
        raise errors.BadRequest('Keypair data is invalid: failed to '
                                'generate fingerprint') from error
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    doc_id = f'{call.ctx.user_id}:{name}'
    with call.store.transaction():
        if call.store.get('keypair', doc_id):
            raise errors.Conflict(f"Key pair '{name}' already exists.")
        doc = call.store.put('keypair', {
            'id': doc_id, 'name': name, 'user_id': call.ctx.user_id,
            'public_key': key, 'type': body.get('type', 'ssh'),
            'created_at': clock.now(), 'fingerprint': ':'.join(
                digest[i:i + 2] for i in range(0, 32, 2))})
    created = _view(call, doc)
    created['keypair']['user_id'] = doc['user_id']
    return 201 if call.version >= (2, 2) else 200, created


@ROUTES.delete('/os-keypairs/<name>')
def delete(call, name):
    """Forget one."""
    call.store.delete('keypair', _need(call, name)['id'])
    return (204 if call.version >= (2, 2) else 202), None
