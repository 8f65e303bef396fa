# SPDX-License-Identifier: Apache-2.0
"""Volume types. All are the same storage; the names are the tenant's."""
import uuid

from localcloud import errors
from localcloud import web

ROUTES = web.Routes('volume', '/volume/v3/<project>')


def new(store, name, **fields):
    """A type."""
    return store.put('volume_type', dict({
        'id': str(uuid.uuid4()), 'name': name, 'description': '',
        'is_public': True, 'extra_specs': {}, 'qos_specs_id': None},
        **fields))


def named(call, name_or_id):
    """The type of that name or id; the default one for None."""
    docs = call.store.find('volume_type')
    if not name_or_id:
        return docs[0]
    for doc in docs:
        if name_or_id in (doc['id'], doc['name']):
            return doc
    raise errors.NotFound(
        f'Volume type {name_or_id} could not be found.')


def _view(call, doc):
    shown = dict(doc, **{'os-volume-type-access:is_public':
                         doc['is_public']})
    return shown


@ROUTES.get('/types')
def index(call):
    """List types."""
    docs = call.store.find('volume_type')
    if not call.ctx.is_admin:
        docs = [d for d in docs if d['is_public']]
    return {'volume_types': [_view(call, d) for d in docs]}


@ROUTES.get('/types/<type_id>')
def show(call, type_id):
    """Show a type; ``default`` is the first."""
    doc = named(call, None if type_id == 'default' else type_id)
    return {'volume_type': _view(call, doc)}


@ROUTES.post('/types', admin=True)
def create(call):
    """One more name for the same storage."""
    body = call.body('volume_type')
    name = web.required(body, 'name')
    with call.store.transaction():
        if call.store.find('volume_type', name=name):
            raise errors.Conflict(f'Volume Type {name} already exists.')
        doc = new(call.store, name, description=body.get('description'),
                  is_public=body.get('os-volume-type-access:is_public',
                                     True),
                  extra_specs=body.get('extra_specs') or {})
    return {'volume_type': _view(call, doc)}


@ROUTES.delete('/types/<type_id>', admin=True)
def delete(call, type_id):
    """Forget a type that no volume has."""
    with call.store.transaction():
        doc = named(call, type_id)
        if call.store.find('volume', volume_type=doc['name']):
            raise errors.BadRequest('Target volume type is still in use.')
        call.store.delete('volume_type', doc['id'])
    return 202, None


@ROUTES.get('/types/<type_id>/extra_specs')
def specs(call, type_id):
    """The extra specs of a type."""
    return {'extra_specs': named(call, type_id)['extra_specs']}


@ROUTES.post('/types/<type_id>/extra_specs', admin=True)
def set_specs(call, type_id):
    """More extra specs."""
    with call.store.transaction():
        doc = named(call, type_id)
        merged = dict(doc['extra_specs'], **call.body('extra_specs'))
        call.store.update('volume_type', doc['id'], extra_specs=merged)
    return {'extra_specs': merged}
