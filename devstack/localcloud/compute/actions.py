# SPDX-License-Identifier: Apache-2.0
"""POST /servers/{id}/action: a table of names."""
from localcloud import clock
from localcloud import errors
from localcloud import web
from localcloud.compute import flavors
from localcloud.compute import history
from localcloud.compute import orders
from localcloud.compute import servers
from localcloud.compute import views

ROUTES = web.Routes('compute', '/compute/v2.1')


@ROUTES.post('/servers/<server_id>/action')
def act(call, server_id):
    """Do the one thing that the body names."""
    names = [name for name in call.json() if name in TABLE]
    if len(names) != 1:
        raise errors.BadRequest('The body must name one known action.')
    args = call.json()[names[0]] or {}
    with call.store.transaction():
        doc = servers.need(call, server_id)
        if doc['locked'] and not call.ctx.is_admin and names[0] != 'unlock':
            raise errors.Conflict(f'Instance {server_id} is locked')
        result = TABLE[names[0]](call, doc, args)
        if names[0] in history.NAMES:
            history.begin(call, server_id, history.NAMES[names[0]])
    return result or (202, None)


def _claim(call, doc, action, task, *states, **changes):
    """Take an idle server in one of these states for a task."""
    if doc['task_state'] is not None or doc['vm_state'] not in states:
        which = 'task_state' if doc['task_state'] else 'vm_state'
        raise errors.Conflict(
            f"Cannot '{action}' instance {doc['id']} while it is in "
            f'{which} {doc[which]}')
    call.store.update('server', doc['id'], task_state=task,
                      updated_at=clock.now(), **changes)


def start(call, doc, args):
    """Run a stopped server."""
    _claim(call, doc, 'start', 'powering-on', 'stopped')
    call.cloud.jobs.add('server.start', doc['id'], sabotage=call.sabotage)


def stop(call, doc, args):
    """Shut a server down."""
    _claim(call, doc, 'stop', 'powering-off', 'active', 'error',
           resume=False)
    call.cloud.jobs.add('server.stop', doc['id'], sabotage=call.sabotage)


def reboot(call, doc, args):
    """Start a server anew."""
    kind = str(args.get('type', '')).upper()
    if kind not in ('SOFT', 'HARD'):
        raise errors.BadRequest("'type' is SOFT or HARD.")
    hard = kind == 'HARD'
    states = ('active', 'stopped', 'error') if hard else ('active',)
    _claim(call, doc, 'reboot',
           'rebooting_hard' if hard else 'rebooting', *states)
    call.cloud.jobs.add('server.reboot', doc['id'], hard=hard,
                        sabotage=call.sabotage)


def resize(call, doc, args):
    """Give a server another flavor."""
    flavor = flavors.referred(call, web.required(args, 'flavorRef'))
    if flavor['id'] == doc['flavor']['id']:
        raise errors.BadRequest('When resizing, instances must change '
                                'flavor!')
    orders.check_quota(call, flavor, but=doc['flavor'], instances=0)
    _claim(call, doc, 'resize', 'resize_migrating', 'active', 'stopped',
           was=doc['vm_state'])
    call.cloud.jobs.add('server.resize', doc['id'], flavor=flavor,
                        sabotage=call.sabotage)


def confirm_resize(call, doc, args):
    """The new flavor stays; as with Nova, the status is slow to say so."""
    _waits(doc)
    _claim(call, doc, 'confirmResize', None, 'resized', confirming=True)
    call.cloud.jobs.add('server.confirm', doc['id'], sabotage=call.sabotage)
    return 204, None


def _waits(doc):
    if doc.get('confirming'):
        raise errors.BadRequest('Instance has not been resized.')


def revert_resize(call, doc, args):
    """The old flavor comes back."""
    _waits(doc)
    _claim(call, doc, 'revertResize', 'resize_reverting', 'resized')
    call.cloud.jobs.add('server.revert', doc['id'], sabotage=call.sabotage)


def rebuild(call, doc, args):
    """A fresh root from an image."""
    image = orders.bootable(call, args.get('imageRef') or doc['image_id'])
    changes = {k: args[k] for k in ('name', 'metadata', 'description',
                                    'user_data', 'hostname') if k in args}
    _claim(call, doc, 'rebuild', 'rebuilding', 'active', 'stopped', 'error',
           image_id=image['id'], was=doc['vm_state'], **changes)
    call.cloud.jobs.add('server.rebuild', doc['id'], sabotage=call.sabotage)
    fresh = call.store.get('server', doc['id'])
    return 202, {'server': views.detail(
        call, fresh, views.Surroundings(call.store, doc['id']))}


def console(call, doc, args):
    """What the server wrote to its console."""
    lines = args.get('length')
    if lines is not None:
        lines = web.number(lines, 'length', -1)
    if doc['layers'] is None:
        raise errors.Conflict(f'Instance {doc["id"]} is not ready')
    text = call.cloud.host.console(
        doc['id'], None if lines in (None, -1) else lines)
    return 200, {'output': text}


def migrate(call, doc, args):
    """There is no other machine."""
    if not call.ctx.is_admin:
        raise errors.Forbidden()
    raise errors.BadRequest('No valid host was found. No valid host found '
                            'for cold migrate')


def lock(call, doc, args):
    """Only admins may change the server now."""
    call.store.update('server', doc['id'], locked=True)


def unlock(call, doc, args):
    """The owner may change the server again."""
    call.store.update('server', doc['id'], locked=False)


def reset_state(call, doc, args):
    """An operator knows better."""
    if not call.ctx.is_admin:
        raise errors.Forbidden()
    if args.get('state') not in ('active', 'error'):
        raise errors.BadRequest("'state' is active or error.")
    call.store.update('server', doc['id'], vm_state=args['state'],
                      task_state=None, updated_at=clock.now())


def force_delete(call, doc, args):
    """The same as DELETE."""
    return servers.delete(call, doc['id'])


def refuse(call, doc, args):
    """What OpenStack can and this cloud cannot."""
    raise errors.NotImplementedHere('This cloud does not do that.')


TABLE = {
    'os-start': start, 'os-stop': stop, 'reboot': reboot,
    'resize': resize, 'confirmResize': confirm_resize,
    'revertResize': revert_resize, 'rebuild': rebuild,
    'os-getConsoleOutput': console, 'migrate': migrate,
    'os-migrateLive': migrate, 'lock': lock, 'unlock': unlock,
    'os-resetState': reset_state, 'forceDelete': force_delete,
    'createImage': refuse, 'createBackup': refuse, 'pause': refuse,
    'unpause': refuse, 'suspend': refuse, 'resume': refuse,
    'rescue': refuse, 'unrescue': refuse, 'shelve': refuse,
    'unshelve': refuse, 'evacuate': refuse, 'changePassword': refuse,
    'addSecurityGroup': refuse, 'removeSecurityGroup': refuse,
    'os-getVNCConsole': refuse}
