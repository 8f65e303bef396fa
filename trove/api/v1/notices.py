# SPDX-License-Identifier: Apache-2.0
"""Which event a request is, and what its payload says.

Payloads name things and sizes, never passwords or values.
"""

from trove.api.v1.schemas import common
from trove.api.v1.schemas import tls


def of(route, request):
    """(event name, traits) of a request, or None when it has none."""
    find = _BY_ROUTE.get((route.method, route.path))
    return find and find(request)


def _plain(name, **traits):
    """An event whose traits are variables of the path."""
    def find(request):
        return name, {trait: request.path[variable]
                      for trait, variable in traits.items()}
    return find


def _create_instance(request):
    asked = request.body['instance']
    store = asked.get('datastore') or {}
    flavor = asked.get('flavorRef')
    always = {
        'name': asked['name'],
        'flavor_id': None if flavor is None else common.last_segment(flavor),
        'datastore': store.get('type'),
        'datastore_version': store.get('version'),
        'image_id': None,       # nobody names one: the version has it
        'availability_zone': asked.get('availability_zone'),
        'region_name': asked.get('region_name')}
    return 'instance_create', always | _given(
        databases=_names(asked.get('databases')),
        users=_names(asked.get('users')),
        volume_size=(asked.get('volume') or {}).get('size'),
        backup_id=(asked.get('restorePoint') or {}).get('backupRef'),
        replica_of=asked.get('replica_of') or asked.get('slave_of'),
        replica_count=asked.get('replica_count'),
        nics=[nic.get('network_id') or nic.get('net-id')
              or nic.get('subnet_id') for nic in asked.get('nics') or ()])


def _update_instance(request):
    asked, mine = request.body['instance'], {'instance_id':
                                             request.path['id']}
    if 'configuration' in asked:
        group = asked['configuration']
        if group:
            return 'instance_attach_configuration', {
                **mine, 'configuration_id': common.last_segment(group)}
        return 'instance_detach_configuration', mine
    if 'replica_of' in asked or 'slave_of' in asked:
        return 'instance_detach', mine
    if 'datastore_version' in asked:
        return 'upgrade', {
            **mine, 'datastore_version_id': asked['datastore_version']}
    if 'access' in asked:
        return 'instance_update_access', mine
    return 'instance_update', _given(**mine, name=asked.get('name'))


def _action(request):
    mine = {'instance_id': request.path['id']}
    name = next(iter(request.body), None)
    argument = request.body.get(name)
    if name == 'resize' and isinstance(argument, dict):
        if 'volume' in argument:
            return 'instance_resize_volume', {
                **mine, 'new_size': argument['volume']['size']}
        if 'flavorRef' in argument:
            return 'instance_resize_instance', {
                **mine, 'new_flavor_id': common.last_segment(
                    argument['flavorRef'])}
    if name == 'migrate':
        return 'migrate', {**mine, 'host': (argument or {}).get('host')}
    word = _ACTIONS.get(name)
    return word and (word, mine)


_ACTIONS = {
    'restart': 'instance_restart',
    'promote_to_replica_source': 'instance_promote',
    'eject_replica_source': 'instance_eject',
    'reset_status': 'instance_reset_status',
    'reset-task-status': 'instance_reset_status',
    'reboot': 'instance_reboot',
    'stop': 'instance_stop',
    'rebuild': 'instance_rebuild',
}


def _create_databases(request):
    return 'database_create', {
        'instance_id': request.path['id'],
        'dbname': _names(request.body['databases'])}


def _users(name):
    def find(request):
        return name, {'instance_id': request.path['id'],
                      'username': _names(request.body['users'])}
    return find


def _grant(request):
    return 'user_grant', {
        'instance_id': request.path['id'], 'username': request.path['user'],
        'database': _names(request.body['databases'])}


def _configuration(name):
    """A new group, or another name for one that is there."""
    def find(request):
        asked = request.body['configuration']
        store = asked.get('datastore') or {}
        always = {'name': asked.get('name'),
                  'description': asked.get('description')}
        if name == 'configuration_create':
            always.update(datastore=store.get('type'),
                          datastore_version=store.get('version'))
        else:
            always['configuration_id'] = request.path['id']
        return name, always
    return find


def _backup(request):
    asked = (request.body or {}).get('backup') or {}
    return 'backup_create', {
        'name': asked.get('name'), 'instance_id': asked.get('instance'),
        'description': asked.get('description'),
        'parent_id': asked.get('parent_id')}


def _tls(request):
    asked = request.body['ssl']
    return 'instance_change_tls', _given(
        instance_id=request.path['id'], mode=asked.get('mode'),
        action=_flags(asked, tls.ACTIONS))


def _log(request):
    done = _flags(request.body, ('enable', 'disable', 'publish', 'discard'))
    return done and ('instance_log', {
        'instance_id': request.path['id'], 'log': request.body['name'],
        'action': done})


def _create_module(request):
    asked = request.body['module']
    store = asked.get('datastore') or {}
    return 'module_create', _given(
        name=asked['name'], module_type=asked['module_type'],
        datastore=store.get('type'), datastore_version=store.get('version'))


def _apply_modules(request):
    return 'module_apply', {
        'instance_id': request.path['id'], 'module_id': ', '.join(
            one['id'] for one in request.body['modules'])}


def _flags(asked, names):
    """Which of these were asked for, one after the other."""
    return ', '.join(name for name in names
                     if asked.get(name) not in (None, False, 0, '0')) or None


def _given(**traits):
    return {name: value for name, value in traits.items()
            if value not in (None, [])}


def _names(items):
    """Names of databases or users, one after the other."""
    return ', '.join(item['name'] for item in items or ()) or None


_ONE = '/instances/{id}'
_USER = _ONE + '/users/{user}'
_USERS = (_USER, _USER + '/{length}')

_BY_ROUTE = {
    ('POST', '/instances'): _create_instance,
    ('PUT', _ONE): _update_instance,
    ('PATCH', _ONE): _update_instance,
    ('DELETE', _ONE): _plain('instance_delete', instance_id='id'),
    ('POST', _ONE + '/action'): _action,
    ('POST', '/mgmt' + _ONE + '/action'): _action,
    ('POST', _ONE + '/databases'): _create_databases,
    ('DELETE', _ONE + '/databases/{name}'): _plain(
        'database_delete', instance_id='id', dbname='name'),
    **{('POST', path): _users('user_create')
       for path in (_ONE + '/users', *_USERS)},
    ('PUT', _ONE + '/users'): _users('user_change_password'),
    **{('PUT', path): _plain('user_update_attributes', instance_id='id',
                             username='user') for path in _USERS},
    **{('DELETE', path): _plain('user_delete', instance_id='id',
                                username='user') for path in _USERS},
    **{('PUT', path + '/databases'): _grant for path in _USERS},
    **{('DELETE', path + '/databases/{name}'): _plain(
        'user_revoke', instance_id='id', username='user', database='name')
        for path in _USERS},
    ('POST', _ONE + '/root'): _plain('root_enable', instance_id='id'),
    ('DELETE', _ONE + '/root'): _plain('root_disable', instance_id='id'),
    ('POST', '/configurations'): _configuration('configuration_create'),
    ('PUT', '/configurations/{id}'): _configuration('configuration_update'),
    ('PATCH', '/configurations/{id}'): _plain(
        'configuration_edit', configuration_id='id'),
    ('DELETE', '/configurations/{id}'): _plain(
        'configuration_delete', configuration_id='id'),
    ('POST', _ONE + '/ssl'): _tls,
    ('POST', _ONE + '/log'): _log,
    ('POST', _ONE + '/modules'): _apply_modules,
    ('DELETE', _ONE + '/modules/{module}'): _plain(
        'module_remove', instance_id='id', module_id='module'),
    ('POST', '/modules'): _create_module,
    ('PUT', '/modules/{id}'): _plain('module_update', module_id='id'),
    ('DELETE', '/modules/{id}'): _plain('module_delete', module_id='id'),
    ('PUT', '/modules/{id}/instances'): _plain('module_reapply',
                                               module_id='id'),
    ('POST', '/backups'): _backup,
    ('DELETE', '/backups/{id}'): _plain('backup_delete', backup_id='id'),
    ('DELETE', '/clusters/{id}'): _plain('cluster_delete', cluster_id='id'),
}


def outcome(shown):
    """Traits of the end: the id of what was made."""
    return {kind + '_id': made['id'] for kind, made in (shown or {}).items()
            if isinstance(made, dict) and 'id' in made}
