# SPDX-License-Identifier: Apache-2.0
"""Roles and who has them where."""
from localcloud import errors
from localcloud import web
from localcloud.identity import tokens

ROUTES = web.Routes('identity', '/identity/v3')
GRANT = '/projects/<project_id>/users/<user_id>/roles/<role_id>'
SYSTEM = '/system/users/<user_id>/roles/<role_id>'
DOMAIN = '/domains/<domain_id>/users/<user_id>/roles/<role_id>'


def new_role(store, name):
    """A role."""
    return store.put('role', {
        'id': tokens.new_id(), 'name': name, 'domain_id': None,
        'description': None, 'options': {}})


def grant(store, user_id, on, role_id):
    """Give a user a role in a project, or on 'system' or 'domain'."""
    store.put('grant', {'id': f'{user_id}:{on}:{role_id}', 'on': on,
                        'user_id': user_id, 'role_id': role_id})


def _view(call, doc):
    return dict(doc, links={
        'self': call.url(f'/identity/v3/roles/{doc["id"]}')})


def _need(call, kind, doc_id):
    doc = call.store.get(kind, doc_id)
    if doc is None:
        raise errors.NotFound(f'Could not find {kind}: {doc_id}.')
    return doc


def _list(call, docs):
    if call.query.get('name'):
        docs = [d for d in docs if d['name'] == call.query['name']]
    return {'roles': [_view(call, d) for d in docs],
            'links': {'self': call.request.url, 'next': None,
                      'previous': None}}


@ROUTES.get('/roles', scoped=False)
def index(call):
    """List roles."""
    return _list(call, call.store.find('role'))


@ROUTES.get('/roles/<role_id>', scoped=False)
def show(call, role_id):
    """Show a role."""
    return {'role': _view(call, _need(call, 'role', role_id))}


@ROUTES.post('/roles', scoped=False, admin=True)
def create(call):
    """Make a role."""
    name = web.required(call.body('role'), 'name')
    with call.store.transaction():
        if call.store.find('role', name=name):
            raise errors.Conflict(f'There is a role {name} already.')
        doc = new_role(call.store, name)
    return 201, {'role': _view(call, doc)}


@ROUTES.delete('/roles/<role_id>', scoped=False, admin=True)
def delete(call, role_id):
    """Forget a role and everyone's having it."""
    with call.store.transaction():
        _need(call, 'role', role_id)
        call.store.delete('role', role_id)
        for doc in call.store.find('grant', role_id=role_id):
            call.store.delete('grant', doc['id'])
            tokens.revoke_user(call.cloud, doc['user_id'])
    return 204, None


def _place(call, user_id, role_id, project_id=None, domain_id=None):
    """Where a grant is: a project's id, 'domain' or 'system'."""
    _need(call, 'user', user_id)
    _need(call, 'role', role_id)
    if project_id:
        return _need(call, 'project', project_id)['id']
    return 'domain' if domain_id else 'system'


@ROUTES.put(GRANT, SYSTEM, DOMAIN, scoped=False, admin=True)
def assign(call, user_id, role_id, **where):
    """Give a role."""
    grant(call.store, user_id, _place(call, user_id, role_id, **where),
          role_id)
    return 204, None


@ROUTES.get(GRANT, SYSTEM, DOMAIN, scoped=False, admin=True)
def check(call, user_id, role_id, **where):
    """Whether the role was given."""
    place = _place(call, user_id, role_id, **where)
    _need(call, 'grant', f'{user_id}:{place}:{role_id}')
    return 204, None


@ROUTES.delete(GRANT, SYSTEM, DOMAIN, scoped=False, admin=True)
def unassign(call, user_id, role_id, **where):
    """Take a role back; the user's tokens end, they may tell of it."""
    place = _place(call, user_id, role_id, **where)
    name = f'{user_id}:{place}:{role_id}'
    with call.store.transaction():
        _need(call, 'grant', name)
        call.store.delete('grant', name)
        tokens.revoke_user(call.cloud, user_id)
    return 204, None


@ROUTES.get('/projects/<project_id>/users/<user_id>/roles', scoped=False,
            admin=True)
def granted(call, project_id, user_id):
    """The roles of a user in a project."""
    ids = {g['role_id'] for g in call.store.find(
        'grant', user_id=user_id, on=project_id)}
    return _list(call, [r for r in call.store.find('role')
                        if r['id'] in ids])


@ROUTES.get('/role_assignments', scoped=False, admin=True)
def assignments(call):
    """Who has which role where."""
    docs = call.store.find('grant')
    for name, field in (('user.id', 'user_id'), ('role.id', 'role_id'),
                        ('scope.project.id', 'on')):
        if call.query.get(name):
            docs = [d for d in docs if d[field] == call.query[name]]
    return {'role_assignments': [_assignment(call, d) for d in docs],
            'links': {'self': call.request.url}}


def _assignment(call, doc):
    domain = {'id': 'default', 'name': 'Default'}
    named = call.flag('include_names')

    def about(kind, doc_id, inside=True):
        found = {'id': doc_id}
        if named:
            found['name'] = call.store.get(kind, doc_id)['name']
            if inside:
                found['domain'] = domain
        return found

    scope = {'system': {'system': {'all': True}},
             'domain': {'domain': domain}}.get(doc['on'])
    return {'role': about('role', doc['role_id'], inside=False),
            'user': about('user', doc['user_id']),
            'scope': scope or {'project': about('project', doc['on'])},
            'links': {'assignment': call.url('/identity/v3/role_assignments')}}
