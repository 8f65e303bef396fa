# SPDX-License-Identifier: Apache-2.0
"""mgmt:* - what operators see and do."""

from trove.policies import base


def _rule(name, description, method, path):
    return base.rule('mgmt:' + name, base.ADMIN, description, method,
                     '/mgmt' + path)


RULES = (
    _rule('instance:index', 'List instances of every project.', 'GET',
          '/instances'),
    _rule('instance:show', 'Show an instance with what operators need.',
          'GET', '/instances/{instance_id}'),
    _rule('instance:action', 'Stop, reboot, migrate, rebuild an instance, '
          'or reset its task.', 'POST', '/instances/{instance_id}/action'),
    _rule('instance:root', 'Show who enabled root.', 'GET',
          '/instances/{instance_id}/root'),
    _rule('instance:hwinfo', 'Show the hardware of a guest.', 'GET',
          '/instances/{instance_id}/hwinfo'),
    _rule('instance:diagnostics', 'Show the state of a guest agent.', 'GET',
          '/instances/{instance_id}/diagnostics'),
    _rule('instance:rpc_ping', 'Ask a guest agent for a sign of life.',
          'GET', '/instances/{instance_id}/rpc_ping'),
    _rule('instance:upgrade', 'Upgrade a guest agent.', 'POST',
          '/instances/{instance_id}/upgrade'),
    _rule('cluster:index', 'List clusters of every project.', 'GET',
          '/clusters'),
    _rule('cluster:show', 'Show a cluster.', 'GET',
          '/clusters/{cluster_id}'),
    _rule('cluster:action', 'Reset the task of a cluster.', 'POST',
          '/clusters/{cluster_id}/action'),
    _rule('parameter:index', 'List the parameters of a version.', 'GET',
          '/datastores/versions/{version_id}/parameters'),
    _rule('parameter:show', 'Show a parameter.', 'GET',
          '/datastores/versions/{version_id}/parameters/{name}'),
    _rule('parameter:create', 'Define a parameter.', 'POST',
          '/datastores/versions/{version_id}/parameters'),
    _rule('parameter:update', 'Change a parameter.', 'PUT',
          '/datastores/versions/{version_id}/parameters/{name}'),
    _rule('parameter:delete', 'Remove a parameter.', 'DELETE',
          '/datastores/versions/{version_id}/parameters/{name}'),
    _rule('datastore_version:index', 'List every datastore version.', 'GET',
          '/datastore-versions'),
    _rule('datastore_version:show', 'Show a datastore version.', 'GET',
          '/datastore-versions/{version_id}'),
    _rule('datastore_version:create', 'Create a datastore version.', 'POST',
          '/datastore-versions'),
    _rule('datastore_version:update', 'Change a datastore version.',
          'PATCH', '/datastore-versions/{version_id}'),
    _rule('datastore_version:delete', 'Delete a datastore version.',
          'DELETE', '/datastore-versions/{version_id}'),
    _rule('datastore_version:visibility', 'Say which projects may use a '
          'datastore version.', 'PUT',
          '/datastores/{datastore}/versions/{version}'),
    _rule('host:index', 'List hosts.', 'GET', '/hosts'),
    _rule('host:action', 'Act on every instance of a host.', 'POST',
          '/hosts/{name}/instances/action'),
    _rule('storage:index', 'Show storage.', 'GET', '/storage'),
    _rule('account:index', 'List projects that have instances.', 'GET',
          '/accounts'),
    _rule('operation:index', 'List operations of every project.', 'GET',
          '/operations'),
    _rule('operation:show', 'Show an operation and its steps.', 'GET',
          '/operations/{operation_id}'),
    _rule('operation:action', 'Resume, revert or cancel an operation.',
          'POST', '/operations/{operation_id}/action'),
    _rule('flavor:create', 'Create a flavor.', 'POST', '/flavors'),
)
