# SPDX-License-Identifier: Apache-2.0
"""instance:* - database servers."""

from trove.policies import base

_ONE = '/instances/{instance_id}'


def _rule(name, description, method, path, check=base.ADMIN_OR_OWNER):
    return base.rule('instance:' + name, check, description, method, path)


RULES = (
    _rule('create', 'Create an instance.', 'POST', '/instances'),
    _rule('delete', 'Delete an instance.', 'DELETE', _ONE),
    _rule('force_delete', 'Reset the status of an instance in order to '
          'delete it.', 'POST', _ONE + '/action (reset_status)'),
    _rule('index', 'List instances.', 'GET', '/instances'),
    _rule('detail', 'List instances with all fields.', 'GET',
          '/instances/detail'),
    _rule('show', 'Show an instance.', 'GET', _ONE),
    _rule('update', 'Change an instance: name, configuration group, '
          'replication, version, access.', 'PUT', _ONE),
    _rule('edit', 'Change an instance with PATCH; instance:update must '
          'hold, too.', 'PATCH', _ONE),
    _rule('upgrade', 'Upgrade an instance to another datastore version; '
          'instance:update must hold, too.', 'PATCH',
          _ONE + ' (datastore_version)'),
    _rule('detach_replica', 'Detach a replica from its source; '
          'instance:update must hold, too.', 'PATCH',
          _ONE + ' (replica_of)'),
    _rule('update_access', 'Change who reaches an instance; '
          'instance:update must hold, too.', 'PUT', _ONE + ' (access)'),
    _rule('restart', 'Restart the engine.', 'POST',
          _ONE + '/action (restart)'),
    _rule('resize_volume', 'Enlarge the volume.', 'POST',
          _ONE + '/action (resize)'),
    _rule('resize_flavor', 'Change the flavor.', 'POST',
          _ONE + '/action (resize)'),
    _rule('promote_to_replica_source', 'Promote a replica.', 'POST',
          _ONE + '/action (promote_to_replica_source)'),
    _rule('eject_replica_source', 'Eject a failed replication source.',
          'POST', _ONE + '/action (eject_replica_source)'),
    _rule('reset_status', 'Reset the status of an instance.', 'POST',
          _ONE + '/action (reset_status)', base.ADMIN),
    _rule('configuration', 'Show the default configuration.', 'GET',
          _ONE + '/configuration'),
    _rule('guest_log_list', 'List logs.', 'GET', _ONE + '/log'),
    _rule('guest_log_action', 'Enable, disable or publish a log; '
          'instance:guest_log_list must hold, too.', 'POST', _ONE + '/log'),
    _rule('backups', 'List the backups of an instance.', 'GET',
          _ONE + '/backups'),
    _rule('ssl_show', 'Show TLS settings; instance:show must hold, too.',
          'GET', _ONE + '/ssl'),
    _rule('ssl_action', 'Change TLS settings; instance:update must hold, '
          'too.', 'POST', _ONE + '/ssl'),
    _rule('module_list', 'List the modules of an instance.', 'GET',
          _ONE + '/modules'),
    _rule('module_apply', 'Apply modules.', 'POST', _ONE + '/modules'),
    _rule('module_remove', 'Remove a module.', 'DELETE',
          _ONE + '/modules/{module_id}'),
)
