# SPDX-License-Identifier: Apache-2.0
"""configuration:* and configuration-parameter:*."""

from trove.policies import base

_ONE = '/configurations/{configuration_id}'
_PAIR = '/datastores/{datastore}/versions/{version}/parameters'
_VERSION = '/datastores/versions/{version_id}/parameters'


def _rule(name, description, method, path):
    return base.rule(name, base.ADMIN_OR_OWNER, description, method, path)


RULES = (
    _rule('configuration:create', 'Create a configuration group.', 'POST',
          '/configurations'),
    _rule('configuration:delete', 'Delete a configuration group.', 'DELETE',
          _ONE),
    _rule('configuration:index', 'List configuration groups.', 'GET',
          '/configurations'),
    _rule('configuration:show', 'Show a configuration group.', 'GET', _ONE),
    _rule('configuration:instances', 'List the instances of a '
          'configuration group.', 'GET', _ONE + '/instances'),
    _rule('configuration:update', 'Replace a configuration group.', 'PUT',
          _ONE),
    _rule('configuration:edit', 'Change a configuration group.', 'PATCH',
          _ONE),
    _rule('configuration-parameter:index', 'List the parameters of a '
          'datastore version.', 'GET', _PAIR),
    _rule('configuration-parameter:show', 'Show a parameter.', 'GET',
          _PAIR + '/{name}'),
    _rule('configuration-parameter:index_by_version', 'List the parameters '
          'of a datastore version.', 'GET', _VERSION),
    _rule('configuration-parameter:show_by_version', 'Show a parameter.',
          'GET', _VERSION + '/{name}'),
)
