# SPDX-License-Identifier: Apache-2.0
"""*:extension:* - databases, users and root of instances and clusters."""

from trove.policies import base

_ONE = '/instances/{instance_id}'


def _rule(name, description, method, *paths):
    return base.rule('instance:extension:' + name, base.ADMIN_OR_OWNER,
                     description, method, *(_ONE + path for path in paths))


def _cluster_rule(name, description, method):
    return base.rule('cluster:extension:root:' + name, base.ADMIN_OR_OWNER,
                     description, method, '/clusters/{cluster_id}/root')


RULES = (
    _rule('database:index', 'List databases.', 'GET', '/databases'),
    _rule('database:create', 'Create databases.', 'POST', '/databases'),
    _rule('database:show', 'Show a database.', 'GET', '/databases/{name}'),
    _rule('database:delete', 'Delete a database.', 'DELETE',
          '/databases/{name}'),
    _rule('user:index', 'List users.', 'GET', '/users'),
    _rule('user:create', 'Create users.', 'POST', '/users',
          '/users/{user}'),
    _rule('user:update_all', 'Change passwords of users.', 'PUT', '/users'),
    _rule('user:show', 'Show a user.', 'GET', '/users/{user}'),
    _rule('user:update', 'Change a user.', 'PUT', '/users/{user}'),
    _rule('user:delete', 'Delete a user.', 'DELETE', '/users/{user}'),
    _rule('user_access:index', 'List the grants of a user.', 'GET',
          '/users/{user}/databases'),
    _rule('user_access:update', 'Grant databases to a user.', 'PUT',
          '/users/{user}/databases'),
    _rule('user_access:delete', 'Revoke a database from a user.', 'DELETE',
          '/users/{user}/databases/{name}'),
    _rule('root:index', 'Show whether root was enabled.', 'GET', '/root'),
    _rule('root:create', 'Enable root.', 'POST', '/root'),
    _rule('root:delete', 'Disable root.', 'DELETE', '/root'),
    _cluster_rule('index', 'Show whether root was enabled.', 'GET'),
    _cluster_rule('create', 'Enable root on a cluster.', 'POST'),
    _cluster_rule('delete', 'Disable root on a cluster.', 'DELETE'),
)
