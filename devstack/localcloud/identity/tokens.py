# SPDX-License-Identifier: Apache-2.0
"""Tokens: random names, stored hashed, with an end."""
import hashlib
import json
import secrets
import uuid

from localcloud import clock
from localcloud import errors
from localcloud import web

GRACE_S = 48 * 3600     # how long an expired token is told to a service


def issue(cloud, user, methods, project=None, system=False, domain=False):
    """A new token for a user; returns its name and its document."""
    name = 'lc-' + secrets.token_urlsafe(32)
    roles = _roles(cloud, user, project, system or domain)
    if (project or system or domain) and not roles:
        raise errors.Unauthorized(
            'The user has no role in the scope that was asked for.')
    doc = {
        'user_id': user['id'], 'user_name': user['name'],
        'project_id': project['id'] if project else None,
        'project_name': project['name'] if project else None,
        'system': system, 'domain': domain, 'roles': roles,
        'methods': methods, 'issued_at': clock.now(),
        'expires_at': clock.later(cloud.settings.token_hours * 3600),
        'audit_ids': [secrets.token_urlsafe(12)]}
    with cloud.store.transaction():
        cloud.store.execute(
            'INSERT INTO tokens VALUES (?, ?, ?, ?)', _digest(name),
            doc['expires_at'], user['id'], json.dumps(doc))
    return name, doc


def find(cloud, name, allow_expired=False):
    """The document of a token that is good; None otherwise."""
    row = cloud.store.execute(
        'SELECT expires_at, doc FROM tokens WHERE digest = ?',
        _digest(name)).fetchone()
    if row is None:
        return None
    limit = clock.later(-GRACE_S) if allow_expired else clock.now()
    return json.loads(row[1]) if row[0] > limit else None


def revoke(cloud, name):
    """This token is no good from now on."""
    with cloud.store.transaction():
        cloud.store.execute(
            'DELETE FROM tokens WHERE digest = ?', _digest(name))


def revoke_user(cloud, user_id):
    """None of a user's tokens is any good: rights have changed."""
    with cloud.store.transaction():
        cloud.store.execute(
            'DELETE FROM tokens WHERE user_id = ?', user_id)


def purge(cloud):
    """Forget what nobody may ask for any more."""
    with cloud.store.transaction():
        cloud.store.execute('DELETE FROM tokens WHERE expires_at < ?',
                            clock.later(-GRACE_S))


def context(doc):
    """What a token says about its bearer."""
    return web.Context(
        user_id=doc['user_id'], user_name=doc['user_name'],
        project_id=doc['project_id'], project_name=doc['project_name'],
        roles=frozenset(role['name'] for role in doc['roles']), token=doc)


def caller(cloud, request, route):
    """Who makes a request; refuses those who may not call the route."""
    doc = _bearer(cloud, request.headers, route.service)
    if route.public:
        return context(doc) if doc else web.Context()
    if doc is None:
        raise errors.Unauthorized()
    found = context(doc)
    if route.admin and not found.is_admin:
        raise errors.Forbidden()
    reading = request.method in ('GET', 'HEAD', 'OPTIONS')
    if route.scoped and not reading and not found.may_write:
        raise errors.Forbidden('A reader may not change anything.')
    if (route.scoped and not found.project_id and not found.is_admin):
        raise errors.Unauthorized('The token is not for a project.')
    return found


def _bearer(cloud, headers, service):
    """The document of a caller's token; None where it is not good.

    As keystonemiddleware has it with service_token_roles_required: beside
    the token of a service one that has run out is good, and beside a bad
    one none is. Keystone itself does not look at it.
    """
    name = headers.get('X-Auth-Token')
    beside = headers.get('X-Service-Token')
    if not name or not beside or service == 'identity':
        return find(cloud, name) if name else None
    vouching = find(cloud, beside)
    if vouching is None or 'service' not in context(vouching).roles:
        return None
    return find(cloud, name, allow_expired=True)


def new_id():
    """An id as Keystone makes them."""
    return uuid.uuid4().hex


def _digest(name):
    return hashlib.sha256(name.encode()).hexdigest()


IMPLIED = {'admin': 'member', 'member': 'reader'}


def _roles(cloud, user, project, everywhere):
    """Granted roles and those that they imply."""
    grants = cloud.store.find('grant', user_id=user['id'])
    if project:
        grants = [g for g in grants if g['on'] == project['id']]
    elif everywhere:
        grants = [g for g in grants if g['on'] in ('system', 'domain')]
    else:
        return []
    by_name = {r['name']: r for r in cloud.store.find('role')}
    by_id = {r['id']: r for r in by_name.values()}
    names = {by_id[g['role_id']]['name'] for g in grants}
    for name in ('admin', 'member'):
        if name in names and IMPLIED[name] in by_name:
            names.add(IMPLIED[name])
    return [{'id': by_name[n]['id'], 'name': n} for n in sorted(names)]
