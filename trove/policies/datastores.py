# SPDX-License-Identifier: Apache-2.0
"""datastore:* - datastores and their versions."""

from trove.policies import base

_ONE = '/datastores/{datastore}'
_VERSION = _ONE + '/versions/{version}'


def _rule(name, description, method, path, check=base.ANYONE):
    return base.rule('datastore:' + name, check, description, method, path)


RULES = (
    _rule('index', 'List datastores.', 'GET', '/datastores'),
    _rule('show', 'Show a datastore.', 'GET', _ONE),
    _rule('delete', 'Delete a datastore.', 'DELETE', _ONE, base.ADMIN),
    _rule('version_index', 'List versions.', 'GET', _ONE + '/versions'),
    _rule('version_show', 'Show a version.', 'GET', _VERSION),
    _rule('version_show_by_uuid', 'Show a version.', 'GET',
          '/datastores/versions/{version_id}'),
    _rule('list_associated_flavors', 'List the flavors of a version.',
          'GET', _VERSION + '/flavors'),
    _rule('list_associated_volume_types', 'List the volume types of a '
          'version.', 'GET', _VERSION + '/volume-types'),
)
