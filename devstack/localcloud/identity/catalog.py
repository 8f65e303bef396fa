# SPDX-License-Identifier: Apache-2.0
"""Services, endpoints, regions, and the catalogue made of them.

An address of this very cloud is stored as ``$(cloud)s``: a client gets
URLs with the address by which it reached us, so that guests, who come
over a bridge, are not sent to the host's loopback.
"""
from localcloud import errors
from localcloud import web
from localcloud.identity import tokens

ROUTES = web.Routes('identity', '/identity/v3')
INTERFACES = ('public', 'internal', 'admin')


def build(call, project_id):
    """The catalogue for a project."""
    endpoints = call.store.find('endpoint')
    return [{
        'id': service['id'], 'name': service['name'],
        'type': service['type'],
        'endpoints': [{
            'id': e['id'], 'interface': e['interface'],
            'region': e['region_id'], 'region_id': e['region_id'],
            'url': _url(call, e['url'], project_id)}
            for e in endpoints
            if e['service_id'] == service['id'] and e['enabled']
            and (project_id or '_id)s' not in e['url'])],
    } for service in call.store.find('service') if service['enabled']]


def _url(call, template, project_id=None):
    url = template.replace('$(cloud)s', call.url(''))
    for name in ('project_id', 'tenant_id'):
        for form in (f'$({name})s', f'%({name})s'):
            if project_id:
                url = url.replace(form, project_id)
    return url


def _service(call, doc):
    return dict(doc, links={
        'self': call.url(f'/identity/v3/services/{doc["id"]}')})


def _endpoint(call, doc):
    return dict(doc, url=_url(call, doc['url']), links={
        'self': call.url(f'/identity/v3/endpoints/{doc["id"]}')})


def _filtered(call, docs, *names):
    for name in names:
        if call.query.get(name):
            docs = [d for d in docs if d[name] == call.query[name]]
    return docs


def _links(call):
    return {'next': None, 'previous': None, 'self': call.request.url}


def _need(call, kind, doc_id):
    doc = call.store.get(kind, doc_id)
    if doc is None:
        raise errors.NotFound(f'Could not find {kind}: {doc_id}.')
    return doc


@ROUTES.get('/services', scoped=False, admin=True)
def services(call):
    """List services."""
    docs = _filtered(call, call.store.find('service'), 'type', 'name')
    return {'services': [_service(call, d) for d in docs],
            'links': _links(call)}


@ROUTES.get('/services/<service_id>', scoped=False, admin=True)
def service(call, service_id):
    """Show one service."""
    return {'service': _service(call, _need(call, 'service', service_id))}


@ROUTES.post('/services', scoped=False, admin=True)
def create_service(call):
    """Register a service."""
    body = call.body('service')
    doc = call.store.put('service', {
        'id': tokens.new_id(), 'type': web.required(body, 'type'),
        'name': body.get('name', ''), 'enabled': body.get('enabled', True),
        'description': body.get('description', '')})
    return 201, {'service': _service(call, doc)}


@ROUTES.delete('/services/<service_id>', scoped=False, admin=True)
def delete_service(call, service_id):
    """Forget a service and its endpoints."""
    _need(call, 'service', service_id)
    with call.store.transaction():
        call.store.delete('service', service_id)
        for doc in call.store.find('endpoint', service_id=service_id):
            call.store.delete('endpoint', doc['id'])
    return 204, None


@ROUTES.get('/endpoints', scoped=False, admin=True)
def endpoints(call):
    """List endpoints."""
    docs = _filtered(call, call.store.find('endpoint'),
                     'service_id', 'interface', 'region_id')
    return {'endpoints': [_endpoint(call, d) for d in docs],
            'links': _links(call)}


@ROUTES.get('/endpoints/<endpoint_id>', scoped=False, admin=True)
def endpoint(call, endpoint_id):
    """Show one endpoint."""
    return {'endpoint': _endpoint(
        call, _need(call, 'endpoint', endpoint_id))}


@ROUTES.post('/endpoints', scoped=False, admin=True)
def create_endpoint(call):
    """Register an endpoint."""
    body = call.body('endpoint')
    _need(call, 'service', web.required(body, 'service_id'))
    if body.get('interface') not in INTERFACES:
        raise errors.BadRequest(
            f"'interface' is one of {', '.join(INTERFACES)}.")
    region = (body.get('region_id') or body.get('region')
              or call.cloud.settings.region)
    doc = call.store.put('endpoint', {
        'id': tokens.new_id(), 'service_id': body['service_id'],
        'interface': body['interface'], 'url': web.required(body, 'url'),
        'region_id': region, 'region': region,
        'enabled': body.get('enabled', True)})
    return 201, {'endpoint': _endpoint(call, doc)}


@ROUTES.route('PATCH', '/endpoints/<endpoint_id>', scoped=False, admin=True)
def update_endpoint(call, endpoint_id):
    """Change an endpoint."""
    _need(call, 'endpoint', endpoint_id)
    body = call.body('endpoint')
    changes = {name: body[name] for name in (
        'url', 'interface', 'enabled', 'region_id') if name in body}
    doc = call.store.update('endpoint', endpoint_id, **changes)
    return {'endpoint': _endpoint(call, doc)}


@ROUTES.delete('/endpoints/<endpoint_id>', scoped=False, admin=True)
def delete_endpoint(call, endpoint_id):
    """Forget an endpoint."""
    _need(call, 'endpoint', endpoint_id)
    call.store.delete('endpoint', endpoint_id)
    return 204, None


def _region(call):
    name = call.cloud.settings.region
    return {'id': name, 'description': '', 'parent_region_id': None,
            'links': {'self': call.url(f'/identity/v3/regions/{name}')}}


@ROUTES.get('/regions', scoped=False)
def regions(call):
    """The one region."""
    return {'regions': [_region(call)], 'links': _links(call)}


@ROUTES.get('/regions/<region_id>', scoped=False)
def region(call, region_id):
    """Show the one region."""
    if region_id != call.cloud.settings.region:
        raise errors.NotFound(f'Could not find region: {region_id}.')
    return {'region': _region(call)}
