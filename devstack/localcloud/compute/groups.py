# SPDX-License-Identifier: Apache-2.0
"""Server groups. Their policies are kept and shown; one machine can
neither separate servers nor help keeping them together."""
import uuid

from localcloud import errors
from localcloud import quota
from localcloud import web

ROUTES = web.Routes('compute', '/compute/v2.1')
POLICIES = ('affinity', 'anti-affinity', 'soft-affinity',
            'soft-anti-affinity')


def _view(call, doc):
    shown = {k: doc[k] for k in ('id', 'name', 'members')}
    if call.version >= (2, 13):
        shown.update(project_id=doc['project_id'], user_id=doc['user_id'])
    if call.version >= (2, 64):
        shown.update(policy=doc['policy'], rules=doc['rules'])
    else:
        shown.update(policies=[doc['policy']], metadata={})
    return shown


def _need(call, group_id):
    doc = call.store.get('server_group', group_id)
    if doc is None or not call.owns(doc):
        raise errors.NotFound(f'Instance group {group_id} could not be '
                              'found.')
    return doc


@ROUTES.get('/os-server-groups')
def index(call):
    """List server groups."""
    where = {'project_id': call.ctx.project_id}
    if call.ctx.is_admin and (call.flag('all_projects')
                              or call.flag('all_tenants')):
        where = {}
    return {'server_groups': [_view(call, d) for d in call.store.find(
        'server_group', **where)]}


@ROUTES.get('/os-server-groups/<group_id>')
def show(call, group_id):
    """Show one."""
    return {'server_group': _view(call, _need(call, group_id))}


@ROUTES.post('/os-server-groups')
def create(call):
    """Make one."""
    body = call.body('server_group')
    policy = body.get('policy') or (body.get('policies') or [None])[0]
    if policy not in POLICIES:
        raise errors.BadRequest(f"The policy is one of "
                                f"{', '.join(POLICIES)}.")
    with call.store.transaction():
        over = quota.exceeded(call.store, 'compute', call.ctx.project_id,
                              server_groups=1)
        if over:
            raise errors.OverLimit('Quota exceeded, too many server groups.')
        doc = call.store.put('server_group', {
            'id': str(uuid.uuid4()), 'name': web.required(body, 'name'),
            'project_id': call.ctx.project_id, 'policy': policy,
            'user_id': call.ctx.user_id, 'members': [],
            'rules': body.get('rules') or {}})
    return {'server_group': _view(call, doc)}


@ROUTES.delete('/os-server-groups/<group_id>')
def delete(call, group_id):
    """Forget one; its members live on."""
    call.store.delete('server_group', _need(call, group_id)['id'])
    return 204, None
