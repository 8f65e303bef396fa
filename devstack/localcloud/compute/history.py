# SPDX-License-Identifier: Apache-2.0
"""What was asked of a server, and what came of it: os-instance-actions."""
from localcloud import clock
from localcloud import errors
from localcloud import web

ROUTES = web.Routes('compute', '/compute/v2.1')
KIND = 'instance_action'
NAMES = {'os-start': 'start', 'os-stop': 'stop', 'reboot': 'reboot',
         'resize': 'resize', 'confirmResize': 'confirmResize',
         'revertResize': 'revertResize', 'rebuild': 'rebuild'}
EVENTS = {'resize': 'conductor_migrate_server'}


def begin(call, server_id, action):
    """Something is asked of a server; within the transaction that does."""
    call.store.put(KIND, {
        'id': f'{call.request_id}/{server_id}', 'server_id': server_id,
        'action': action, 'request_id': call.request_id,
        'project_id': call.ctx.project_id, 'user_id': call.ctx.user_id,
        'start_time': clock.bare(clock.now()), 'message': None,
        'finish_time': None, 'result': None, 'details': None})


def end(store, server_id, error=None):
    """What was asked last has come about, or has failed for a reason."""
    for doc in store.find(KIND, server_id=server_id):
        if doc['finish_time'] is None:
            store.update(KIND, doc['id'], message=error and 'Error',
                         details=error, finish_time=clock.bare(clock.now()),
                         result='Error' if error else 'Success')


def forget(store, server_id):
    """The server is gone."""
    for doc in store.find(KIND, server_id=server_id):
        store.delete(KIND, doc['id'])


def _view(call, doc):
    shown = {name: doc[name] for name in (
        'action', 'message', 'project_id', 'request_id', 'start_time',
        'user_id')}
    shown['instance_uuid'] = doc['server_id']
    if call.version >= (2, 58):
        shown['updated_at'] = doc['finish_time'] or doc['start_time']
    return shown


@ROUTES.get('/servers/<server_id>/os-instance-actions')
def index(call, server_id):
    """List what was asked, the newest first."""
    call.fetch('server', server_id, 'Instance')
    docs = call.store.find(KIND, server_id=server_id)[::-1]
    return {'instanceActions': [_view(call, doc) for doc in docs]}


@ROUTES.get('/servers/<server_id>/os-instance-actions/<request_id>')
def show(call, server_id, request_id):
    """Show what came of it."""
    call.fetch('server', server_id, 'Instance')
    doc = call.store.get(KIND, f'{request_id}/{server_id}')
    if doc is None:
        raise errors.NotFound(
            f'Action for request_id {request_id} on instance {server_id} '
            'not found')
    event = {
        'event': EVENTS.get(doc['action'], f'compute_{doc["action"]}'),
        'start_time': doc['start_time'], 'finish_time': doc['finish_time'],
        'result': doc['result'], 'traceback': None}
    if call.version >= (2, 84):
        event['details'] = doc['details']
    return {'instanceAction': dict(_view(call, doc), events=[event])}
