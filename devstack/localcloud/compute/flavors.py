# SPDX-License-Identifier: Apache-2.0
"""Flavors and their extra specs."""
import uuid

from localcloud import errors
from localcloud import web

ROUTES = web.Routes('compute', '/compute/v2.1')


def new(store, flavor_id, name, ram, vcpus, **fields):
    """A flavor."""
    return store.put('flavor', dict({
        'id': flavor_id, 'name': name, 'ram': ram, 'vcpus': vcpus,
        'disk': 10, 'swap': 0, 'ephemeral': 0, 'rxtx_factor': 1.0,
        'is_public': True, 'description': None, 'extra_specs': {}},
        **fields))


def view(call, doc):
    """As /flavors/detail and show give it."""
    shown = {k: doc[k] for k in ('id', 'name', 'ram', 'vcpus', 'disk',
                                 'rxtx_factor')}
    swap = doc['swap'] or ('' if call.version < (2, 75) else 0)
    shown.update(_brief(call, doc), swap=swap, **{
        'OS-FLV-EXT-DATA:ephemeral': doc['ephemeral'],
        'OS-FLV-DISABLED:disabled': False,
        'os-flavor-access:is_public': doc['is_public']})
    if call.version >= (2, 55):
        shown['description'] = doc['description']
    if call.version >= (2, 61):
        shown['extra_specs'] = doc['extra_specs']
    return shown


def _brief(call, doc):
    shown = {'id': doc['id'], 'name': doc['name'], 'links': [
        {'rel': 'self', 'href': call.url(
            f'/compute/v2.1/flavors/{doc["id"]}')},
        {'rel': 'bookmark', 'href': call.url(
            f'/compute/flavors/{doc["id"]}')}]}
    if call.version >= (2, 55):
        shown['description'] = doc['description']
    return shown


def need(call, flavor_id):
    """A flavor; a 404 if there is none."""
    doc = call.store.get('flavor', flavor_id)
    if doc is None:
        raise errors.NotFound(f'Flavor {flavor_id} could not be found.')
    return doc


def referred(call, reference):
    """The flavor that a request names by id or URL; a 400 if none."""
    flavor_id = str(reference).rsplit('/', 1)[-1]
    doc = call.store.get('flavor', flavor_id)
    if doc is None:
        raise errors.BadRequest(f'Flavor {flavor_id} could not be found.')
    return doc


def _listed(call):
    docs = call.store.find('flavor')
    if not call.ctx.is_admin:
        docs = [d for d in docs if d['is_public']]
    elif call.query.get('is_public', '').lower() in ('true', 'false'):
        docs = [d for d in docs if d['is_public'] == call.flag('is_public')]
    for name, field in (('minRam', 'ram'), ('minDisk', 'disk')):
        if call.query.get(name):
            least = web.number(call.query[name], name, 0)
            docs = [d for d in docs if d[field] >= least]
    return web.page(call, docs)[0]


@ROUTES.get('/flavors')
def index(call):
    """List flavors, briefly."""
    return {'flavors': [_brief(call, d) for d in _listed(call)]}


@ROUTES.get('/flavors/detail')
def index_detail(call):
    """List flavors, with everything."""
    return {'flavors': [view(call, d) for d in _listed(call)]}


@ROUTES.get('/flavors/<flavor_id>')
def show(call, flavor_id):
    """Show a flavor."""
    return {'flavor': view(call, need(call, flavor_id))}


@ROUTES.post('/flavors', admin=True)
def create(call):
    """Make a flavor."""
    body = call.body('flavor')
    flavor_id = str(body.get('id') or uuid.uuid4())
    if flavor_id == 'auto':
        flavor_id = str(uuid.uuid4())
    name = web.required(body, 'name')
    with call.store.transaction():
        if call.store.get('flavor', flavor_id) or call.store.find(
                'flavor', name=name):
            raise errors.Conflict(
                f'Flavor with ID {flavor_id} or name {name} already exists.')
        doc = new(call.store, flavor_id, name,
                  web.number(body.get('ram'), 'ram', 1),
                  web.number(body.get('vcpus'), 'vcpus', 1),
                  disk=web.number(body.get('disk', 0), 'disk', 0),
                  swap=web.number(body.get('swap') or 0, 'swap', 0),
                  ephemeral=web.number(body.get(
                      'OS-FLV-EXT-DATA:ephemeral') or 0, 'ephemeral', 0),
                  is_public=body.get('os-flavor-access:is_public', True),
                  description=body.get('description'))
    return {'flavor': view(call, doc)}


@ROUTES.delete('/flavors/<flavor_id>', admin=True)
def delete(call, flavor_id):
    """Forget a flavor; servers keep what they had."""
    need(call, flavor_id)
    call.store.delete('flavor', flavor_id)
    return 202, None


@ROUTES.get('/flavors/<flavor_id>/os-extra_specs')
def specs(call, flavor_id):
    """The extra specs of a flavor."""
    return {'extra_specs': need(call, flavor_id)['extra_specs']}


@ROUTES.post('/flavors/<flavor_id>/os-extra_specs', admin=True)
def set_specs(call, flavor_id):
    """More extra specs."""
    with call.store.transaction():
        merged = dict(need(call, flavor_id)['extra_specs'],
                      **call.body('extra_specs'))
        call.store.update('flavor', flavor_id, extra_specs=merged)
    return {'extra_specs': merged}


@ROUTES.delete('/flavors/<flavor_id>/os-extra_specs/<key>', admin=True)
def delete_spec(call, flavor_id, key):
    """One extra spec less."""
    with call.store.transaction():
        doc = need(call, flavor_id)
        if doc['extra_specs'].pop(key, None) is None:
            raise errors.NotFound(f'Flavor {flavor_id} has no extra specs '
                                  f'with key {key}.')
        call.store.update('flavor', flavor_id,
                          extra_specs=doc['extra_specs'])
    return None


@ROUTES.get('/flavors/<flavor_id>/os-flavor-access', admin=True)
def access(call, flavor_id):
    """Flavors are public or for admins; there is no list of projects."""
    need(call, flavor_id)
    return {'flavor_access': []}
