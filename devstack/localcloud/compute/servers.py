# SPDX-License-Identifier: Apache-2.0
"""Servers: list, show, create, rename, delete."""
import re

from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.compute import history
from localcloud.compute import orders
from localcloud.compute import views

ROUTES = web.Routes('compute', '/compute/v2.1')
SIMPLE = {'uuid': 'id', 'key_name': 'key_name', 'vm_state': 'vm_state',
          'task_state': 'task_state', 'user_id': 'user_id',
          'availability_zone': 'availability_zone', 'image': 'image_id',
          'hostname': 'hostname', 'description': 'description'}
SORTABLE = {'created_at', 'updated_at', 'display_name', 'uuid', 'vm_state',
            'launched_at', 'key_name', 'project_id', 'user_id',
            'task_state', 'host', 'instance_type_id'}


def need(call, server_id):
    """A server of the caller's; a 404 otherwise."""
    doc = call.store.get('server', server_id)
    if doc is None or not call.owns(doc):
        raise errors.NotFound(f'Instance {server_id} could not be found.')
    return doc


def _select(call):
    """The servers that the query asks for, newest first."""
    query = call.query
    everything = call.ctx.is_admin and (
        call.flag('all_tenants') or 'all_projects' in query)
    where = {} if everything else {'project_id': call.ctx.project_id}
    wanted = query.get('project_id') or query.get('tenant_id')
    if everything and wanted:
        where = {'project_id': wanted}
    docs = call.store.find('server', **where)[::-1]
    around = views.Surroundings(call.store)
    for test in _tests(query, around):
        docs = [d for d in docs if test(d)]
    return _sorted(query, docs), around


def _tests(query, around):
    """A test per filter of the query."""
    if query.get('name'):
        name = _regex(query['name'])
        yield lambda d: name.search(d['name'])
    if query.get('ip'):
        address = _regex(query['ip'])
        yield lambda d: any(
            address.search(entry['addr'])
            for entries in around.addresses(d).values()
            for entry in entries)
    if query.get('status'):
        words = {s.upper() for s in query.getlist('status')}
        yield lambda d: views.status(d) in words
    if query.get('flavor'):
        yield lambda d: d['flavor']['id'] == query['flavor']
    if query.get('changes-since'):
        since = query['changes-since'][:19].replace(' ', 'T')
        yield lambda d: d['updated_at'][:19] >= since
    if query.get('changes-before'):
        before = query['changes-before'][:19].replace(' ', 'T')
        yield lambda d: d['updated_at'][:19] <= before
    if query.get('tags'):
        tags = set(query['tags'].split(','))
        yield lambda d: tags <= set(d['tags'])
    if query.get('tags-any'):
        some = set(query['tags-any'].split(','))
        yield lambda d: some & set(d['tags'])
    if query.get('deleted', '').lower() in ('1', 'true'):
        yield lambda d: False
    if query.get('host', 'localcloud') != 'localcloud':
        yield lambda d: False
    for name, field in SIMPLE.items():
        if query.get(name):
            yield lambda d, n=name, f=field: d[f] == query[n]


def _regex(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise errors.BadRequest(f'Invalid filter {text!r}: {error}') from error


def _sorted(query, docs):
    keys = query.getlist('sort_key')
    ways = query.getlist('sort_dir')
    for i, key in reversed(list(enumerate(keys))):
        if key not in SORTABLE:
            raise errors.BadRequest(f'Cannot sort by {key!r}.')
        field = {'display_name': 'name', 'uuid': 'id'}.get(key, key)
        way = ways[i] if i < len(ways) else 'desc'
        docs = sorted(docs, key=lambda d, f=field: str(d.get(f) or ''),
                      reverse=way == 'desc')
    return docs


def _answer(call, view):
    docs, around = _select(call)
    paged, more = web.page(call, docs)
    body = {'servers': [view(doc, around) for doc in paged]}
    if more and paged:
        body['servers_links'] = [{
            'rel': 'next', 'href': web.next_link(call, paged[-1]['id'])}]
    return body


@ROUTES.get('/servers')
def index(call):
    """List servers, briefly."""
    return _answer(call, lambda doc, around: views.brief(call, doc))


@ROUTES.get('/servers/detail')
def index_detail(call):
    """List servers, with everything."""
    return _answer(call, lambda doc, around: views.detail(
        call, doc, around))


@ROUTES.get('/servers/<server_id>')
def show(call, server_id):
    """Show a server."""
    doc = need(call, server_id)
    return {'server': views.detail(call, doc,
                                   views.Surroundings(call.store, server_id))}


@ROUTES.post('/servers')
def create(call):
    """Promise a server."""
    body = call.body('server')
    hints = (call.json().get('os:scheduler_hints')
             or call.json().get('OS-SCH-HNT:scheduler_hints') or {})
    with call.store.transaction():
        doc, password = orders.place(call, body, hints)
    response = web.answer((202, {'server': {
        'id': doc['id'], 'links': views.links(call, doc),
        'OS-DCF:diskConfig': 'MANUAL', 'adminPass': password,
        'security_groups': body.get('security_groups') or [
            {'name': 'default'}]}}))
    response.headers['Location'] = views.links(call, doc)[0]['href']
    return response


@ROUTES.put('/servers/<server_id>')
def update(call, server_id):
    """Rename or describe a server."""
    need(call, server_id)
    body = call.body('server')
    changes = {k: body[k] for k in ('name', 'description', 'hostname')
               if k in body}
    if 'name' in changes:
        orders.check_name(changes['name'])
    doc = call.store.update('server', server_id, updated_at=clock.now(),
                            **changes)
    return {'server': views.detail(call, doc,
                                   views.Surroundings(call.store,
                                                      server_id))}


@ROUTES.delete('/servers/<server_id>')
def delete(call, server_id):
    """Promise that a server goes away; possible in every state."""
    with call.store.transaction():
        doc = need(call, server_id)
        if doc['locked'] and not call.ctx.is_admin:
            raise errors.Conflict(f'Instance {server_id} is locked')
        if doc['task_state'] != 'deleting':
            call.store.update('server', server_id, task_state='deleting',
                              updated_at=clock.now())
            history.begin(call, server_id, 'delete')
            call.cloud.jobs.add('server.delete', server_id,
                                sabotage=call.sabotage)
    return 204, None


@ROUTES.get('/servers/<server_id>/ips')
def addresses(call, server_id):
    """The addresses of a server."""
    doc = need(call, server_id)
    return {'addresses': views.Surroundings(
        call.store, server_id).addresses(doc)}


@ROUTES.get('/servers/<server_id>/os-security-groups')
def security_groups(call, server_id):
    """The security groups of a server, as Nova knows them."""
    around = views.Surroundings(call.store, server_id)
    names = {g['name'] for g in around.security_groups(
        need(call, server_id))}
    return {'security_groups': [
        {'id': g['id'], 'name': g['name'], 'tenant_id': g['project_id'],
         'description': g['description'], 'rules': []}
        for g in call.store.find('security_group') if g['name'] in names
        and call.owns(g)]}
