# SPDX-License-Identifier: Apache-2.0
"""Projects, users and the one domain."""
from localcloud import errors
from localcloud import web
from localcloud.identity import passwords
from localcloud.identity import tokens

ROUTES = web.Routes('identity', '/identity/v3')
PROJECT_FIELDS = ('name', 'description', 'enabled', 'tags')
USER_FIELDS = ('name', 'description', 'enabled', 'email',
               'default_project_id')


def new_project(store, name, **fields):
    """A project in the default domain."""
    return store.put('project', dict({
        'id': tokens.new_id(), 'name': name, 'description': '',
        'enabled': True, 'domain_id': 'default', 'parent_id': 'default',
        'is_domain': False, 'tags': [], 'options': {}}, **fields))


def new_user(store, name, password, **fields):
    """A user in the default domain."""
    return store.put('user', dict({
        'id': tokens.new_id(), 'name': name, 'enabled': True,
        'domain_id': 'default', 'description': '', 'options': {},
        'password': passwords.digest(password),
        'default_project_id': None}, **fields))


def _view(call, plural, doc):
    shown = {k: v for k, v in doc.items() if k != 'password'}
    if plural == 'users':
        shown['password_expires_at'] = None
        if not shown['default_project_id']:
            del shown['default_project_id']
    shown['links'] = {
        'self': call.url(f'/identity/v3/{plural}/{doc["id"]}')}
    return shown


def _listing(call, plural, docs):
    names = call.query.getlist('name')
    if names:
        docs = [d for d in docs if d['name'] in names]
    if 'enabled' in call.query:
        docs = [d for d in docs if d['enabled'] == call.flag('enabled')]
    return {plural: [_view(call, plural, d) for d in docs],
            'links': {'self': call.request.url, 'next': None,
                      'previous': None}}


def _find(call, kind, doc_id):
    doc = call.store.get(kind, doc_id)
    if doc is None:
        raise errors.NotFound(f'Could not find {kind}: {doc_id}.')
    return doc


def _own_or_admin(call, own):
    if not own and not call.ctx.is_admin:
        raise errors.Forbidden()


def _unique(call, kind, name, but=None):
    if any(d['id'] != but for d in call.store.find(kind, name=name)):
        raise errors.Conflict(f'Conflict occurred attempting to store '
                              f'{kind} - Duplicate entry found with name '
                              f'{name}.')


@ROUTES.get('/projects', '/auth/projects', scoped=False)
def projects(call):
    """All projects for an admin; one's own for the others."""
    docs = call.store.find('project')
    mine = call.request.path.endswith('/auth/projects')
    if mine or not call.ctx.is_admin:
        docs = _projects_of(call, call.ctx.user_id)
    return _listing(call, 'projects', docs)


def _projects_of(call, user_id):
    on = {g['on'] for g in call.store.find('grant', user_id=user_id)}
    return [p for p in call.store.find('project') if p['id'] in on]


@ROUTES.get('/users/<user_id>/projects', scoped=False)
def user_projects(call, user_id):
    """The projects in which a user has a role."""
    _own_or_admin(call, user_id == call.ctx.user_id)
    return _listing(call, 'projects', _projects_of(call, user_id))


@ROUTES.get('/projects/<project_id>', scoped=False)
def project(call, project_id):
    """Show a project."""
    _own_or_admin(call, project_id == call.ctx.project_id or project_id in {
        p['id'] for p in _projects_of(call, call.ctx.user_id)})
    return {'project': _view(call, 'projects',
                             _find(call, 'project', project_id))}


@ROUTES.post('/projects', scoped=False, admin=True)
def create_project(call):
    """Make a project."""
    body = call.body('project')
    name = web.required(body, 'name')
    with call.store.transaction():
        _unique(call, 'project', name)
        doc = new_project(call.store, **{
            k: body[k] for k in PROJECT_FIELDS if k in body})
    return 201, {'project': _view(call, 'projects', doc)}


@ROUTES.route('PATCH', '/projects/<project_id>', scoped=False, admin=True)
def update_project(call, project_id):
    """Change a project."""
    body = call.body('project')
    with call.store.transaction():
        _find(call, 'project', project_id)
        if 'name' in body:
            _unique(call, 'project', body['name'], but=project_id)
        doc = call.store.update('project', project_id, **{
            k: body[k] for k in PROJECT_FIELDS if k in body})
    return {'project': _view(call, 'projects', doc)}


@ROUTES.delete('/projects/<project_id>', scoped=False, admin=True)
def delete_project(call, project_id):
    """Forget a project and the roles in it."""
    with call.store.transaction():
        _find(call, 'project', project_id)
        call.store.delete('project', project_id)
        for grant in call.store.find('grant', on=project_id):
            call.store.delete('grant', grant['id'])
            tokens.revoke_user(call.cloud, grant['user_id'])
    return 204, None


@ROUTES.get('/users', scoped=False, admin=True)
def users(call):
    """List users."""
    return _listing(call, 'users', call.store.find('user'))


@ROUTES.get('/users/<user_id>', scoped=False)
def user(call, user_id):
    """Show a user."""
    _own_or_admin(call, user_id == call.ctx.user_id)
    return {'user': _view(call, 'users', _find(call, 'user', user_id))}


@ROUTES.post('/users', scoped=False, admin=True)
def create_user(call):
    """Make a user."""
    body = call.body('user')
    name = web.required(body, 'name')
    password = body.get('password') or tokens.new_id()
    with call.store.transaction():
        _unique(call, 'user', name)
        doc = new_user(call.store, password=password, **{
            k: body[k] for k in USER_FIELDS if k in body})
    return 201, {'user': _view(call, 'users', doc)}


@ROUTES.route('PATCH', '/users/<user_id>', scoped=False, admin=True)
def update_user(call, user_id):
    """Change a user; a new password ends all tokens."""
    body = call.body('user')
    changes = {k: body[k] for k in USER_FIELDS if k in body}
    if body.get('password'):
        changes['password'] = passwords.digest(body['password'])
    with call.store.transaction():
        _find(call, 'user', user_id)
        if 'name' in body:
            _unique(call, 'user', body['name'], but=user_id)
        doc = call.store.update('user', user_id, **changes)
        if 'password' in changes or not doc['enabled']:
            tokens.revoke_user(call.cloud, user_id)
    return {'user': _view(call, 'users', doc)}


@ROUTES.post('/users/<user_id>/password', scoped=False)
def change_password(call, user_id):
    """A user changes the own password, knowing the old one."""
    _own_or_admin(call, user_id == call.ctx.user_id)
    body = call.body('user')
    doc = _find(call, 'user', user_id)
    if not passwords.matches(web.required(body, 'original_password'),
                             doc['password']):
        raise errors.Unauthorized()
    call.store.update('user', user_id, password=passwords.digest(
        web.required(body, 'password')))
    tokens.revoke_user(call.cloud, user_id)
    return 204, None


@ROUTES.delete('/users/<user_id>', scoped=False, admin=True)
def delete_user(call, user_id):
    """Forget a user, the roles and the tokens."""
    with call.store.transaction():
        _find(call, 'user', user_id)
        call.store.delete('user', user_id)
        for grant in call.store.find('grant', user_id=user_id):
            call.store.delete('grant', grant['id'])
        tokens.revoke_user(call.cloud, user_id)
    return 204, None


def _domain(call):
    return {'id': 'default', 'name': 'Default', 'enabled': True,
            'description': 'The default domain', 'tags': [], 'options': {},
            'links': {'self': call.url('/identity/v3/domains/default')}}


@ROUTES.get('/domains', scoped=False)
def domains(call):
    """The one domain."""
    found = [_domain(call)]
    if call.query.get('name', 'Default').lower() != 'default':
        found = []
    return {'domains': found, 'links': {'self': call.request.url}}


@ROUTES.get('/domains/<domain_id>', scoped=False)
def domain(call, domain_id):
    """Show the one domain."""
    if domain_id != 'default':
        raise errors.NotFound(f'Could not find domain: {domain_id}.')
    return {'domain': _domain(call)}


@ROUTES.get('/groups', scoped=False)
def groups(call):
    """There are no groups."""
    return {'groups': [], 'links': {'self': call.request.url}}
