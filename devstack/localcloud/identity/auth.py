# SPDX-License-Identifier: Apache-2.0
"""Issuing, validating and revoking tokens: /v3/auth."""
from localcloud import errors
from localcloud import web
from localcloud.identity import catalog
from localcloud.identity import passwords
from localcloud.identity import tokens

ROUTES = web.Routes('identity', '/identity/v3')
DOMAIN = {'id': 'default', 'name': 'Default'}


@ROUTES.post('/auth/tokens', public=True)
def authenticate(call):
    """Who knows a password or holds a token gets a token."""
    auth = call.body('auth')
    identity = auth.get('identity') or {}
    methods = identity.get('methods') or []
    if methods == ['password']:
        user, default_scope = _by_password(call, identity), True
    elif methods == ['token']:
        user, default_scope = _by_token(call, identity), False
    else:
        raise errors.Unauthorized(
            f'The methods {methods} are not supported here.')
    name, doc = tokens.issue(call.cloud, user, methods, **_scope(
        call, auth.get('scope'), user, default_scope))
    response = web.answer((201, _view(
        call, doc, with_catalog=not call.flag('nocatalog'))))
    response.headers['X-Subject-Token'] = name
    return response


def _by_password(call, identity):
    given = (identity.get('password') or {}).get('user') or {}
    if not isinstance(given.get('password'), str):
        raise errors.BadRequest('A password is required.')
    if given.get('id'):
        user = call.store.get('user', given['id'])
    else:
        found = call.store.find('user', name=given.get('name'))
        user = found[0] if found and _default(given.get('domain')) else None
    if (user is None or not user['enabled']
            or not passwords.matches(given['password'], user['password'])):
        raise errors.Unauthorized()
    return user


def _by_token(call, identity):
    doc = tokens.find(call.cloud, (identity.get('token') or {}).get('id', ''))
    user = call.store.get('user', doc['user_id']) if doc else None
    if user is None or not user['enabled']:
        raise errors.Unauthorized()
    return user


def _default(domain):
    domain = domain or {}
    return (domain.get('id', 'default') == 'default'
            and domain.get('name', 'Default').lower() == 'default')


def _scope(call, scope, user, default_scope):
    """What the token is for, as arguments of tokens.issue."""
    if scope == 'unscoped':
        return {}
    if not scope:
        wanted = user.get('default_project_id') if default_scope else None
        project = call.store.get('project', wanted) if wanted else None
        return {'project': project} if project else {}
    if 'system' in scope:
        return {'system': True}
    if 'domain' in scope:
        if not _default(scope['domain']):
            raise errors.Unauthorized('There is no such domain.')
        return {'domain': True}
    wanted = scope.get('project') or {}
    if wanted.get('id'):
        project = call.store.get('project', wanted['id'])
    else:
        found = call.store.find('project', name=wanted.get('name'))
        project = found[0] if found and _default(
            wanted.get('domain')) else None
    if project is None or not project['enabled']:
        raise errors.Unauthorized('There is no such project for you.')
    return {'project': project}


def _view(call, doc, with_catalog=True):
    token = {
        'methods': doc['methods'], 'audit_ids': doc['audit_ids'],
        'issued_at': doc['issued_at'], 'expires_at': doc['expires_at'],
        'user': {'id': doc['user_id'], 'name': doc['user_name'],
                 'domain': DOMAIN, 'password_expires_at': None}}
    if doc['project_id']:
        token['project'] = {'id': doc['project_id'], 'domain': DOMAIN,
                            'name': doc['project_name']}
        token['is_domain'] = False
    if doc['system']:
        token['system'] = {'all': True}
    if doc['domain']:
        token['domain'] = DOMAIN
    if doc['roles']:
        token['roles'] = doc['roles']
        if with_catalog:
            token['catalog'] = catalog.build(call, doc['project_id'])
    return {'token': token}


def _subject(call):
    """The token that is asked about, if the caller may ask."""
    name = call.request.headers.get('X-Subject-Token', '')
    doc = tokens.find(call.cloud, name, call.flag('allow_expired'))
    if doc is None:
        raise errors.NotFound('Could not find token.')
    trusted = call.ctx.is_admin or 'service' in call.ctx.roles
    if not trusted and doc['user_id'] != call.ctx.user_id:
        raise errors.Forbidden()
    return name, doc


@ROUTES.route('GET', '/auth/tokens', scoped=False)
def validate(call):
    """What a token says; how services know their callers."""
    name, doc = _subject(call)
    response = web.answer(_view(
        call, doc, with_catalog=not call.flag('nocatalog')))
    response.headers['X-Subject-Token'] = name
    return response


@ROUTES.delete('/auth/tokens', scoped=False)
def revoke(call):
    """End a token."""
    name, _ = _subject(call)
    tokens.revoke(call.cloud, name)
    return 204, None


@ROUTES.get('/auth/catalog', scoped=False)
def show_catalog(call):
    """The catalogue of the caller's own token."""
    return {'catalog': catalog.build(call, call.ctx.project_id),
            'links': {'self': call.request.url}}


@ROUTES.get('/auth/domains', '/auth/system', scoped=False)
def scopes(call):
    """The domains one may ask a token for."""
    if call.request.path.endswith('system'):
        return {'system': [{'all': True}] if call.ctx.is_admin else []}
    return {'domains': [DOMAIN], 'links': {'self': call.request.url}}
