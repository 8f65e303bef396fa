# SPDX-License-Identifier: Apache-2.0
"""How many of each a project may have."""
from localcloud import errors
from localcloud import web

ROUTES = web.Routes('network', '/network/v2.0')
KINDS = {'network': 100, 'subnet': 100, 'port': 500, 'router': 10,
         'floatingip': 50, 'security_group': 100,
         'security_group_rule': 1000}


def limits(store, project_id):
    """The limits that hold for a project."""
    doc = store.get('network_quota', project_id) or {}
    return {kind: doc.get(kind, usual) for kind, usual in KINDS.items()}


def check(store, project_id, kind, more=1):
    """A 409, as Neutron gives, if the project has no room."""
    limit = limits(store, project_id)[kind]
    used = store.count(kind, project_id=project_id)
    if 0 <= limit < used + more:
        raise errors.Conflict(
            f"Quota exceeded for resources: ['{kind}'].", kind='OverQuota')


def _allowed(call, project_id):
    if project_id != call.ctx.project_id and not call.ctx.is_admin:
        raise errors.Forbidden(kind='PolicyNotAuthorized')


@ROUTES.get('/quotas', admin=True)
def index(call):
    """The projects with limits of their own."""
    return {'quotas': [
        dict(limits(call.store, doc['id']), tenant_id=doc['id'])
        for doc in call.store.find('network_quota')]}


@ROUTES.get('/quotas/<project_id>')
def show(call, project_id):
    """The limits of a project."""
    _allowed(call, project_id)
    return {'quota': limits(call.store, project_id)}


@ROUTES.get('/quotas/<project_id>/default')
def default(call, project_id):
    """The usual limits."""
    return {'quota': dict(KINDS)}


@ROUTES.get('/quotas/<project_id>/details',
            '/quotas/<project_id>/details.json')
def details(call, project_id):
    """Limits and what is used of them."""
    _allowed(call, project_id)
    return {'quota': {
        kind: {'limit': limit, 'reserved': 0, 'used':
               call.store.count(kind, project_id=project_id)}
        for kind, limit in limits(call.store, project_id).items()}}


@ROUTES.put('/quotas/<project_id>', admin=True)
def update(call, project_id):
    """Change the limits of a project."""
    body = call.body('quota')
    changes = {kind: web.number(value, kind, -1)
               for kind, value in body.items() if kind in KINDS}
    with call.store.transaction():
        doc = call.store.get('network_quota', project_id) or {
            'id': project_id}
        call.store.put('network_quota', dict(doc, **changes))
    return {'quota': limits(call.store, project_id)}


@ROUTES.delete('/quotas/<project_id>', admin=True)
def delete(call, project_id):
    """Back to the usual limits."""
    call.store.delete('network_quota', project_id)
    return 204, None
