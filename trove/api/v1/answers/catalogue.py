# SPDX-License-Identifier: Apache-2.0
"""Datastores, flavors, volume types and limits."""

from trove.api.v1.answers import common

_VERSION = common.record({
    'id': common.TEXT, 'name': common.TEXT, 'version': common.TEXT,
    'links': common.LINKS,
}, {
    'active': common.BOOLEAN,
    'packages': common.TEXT,
    'image': common.TEXT_OR_NULL,
    'image_tags': common.array(common.TEXT),
    'registry_ext': common.TEXT_OR_NULL,
    'repl_strategy': common.TEXT_OR_NULL,
    'datastore_manager': common.TEXT,
})

_DATASTORE = common.record({
    'id': common.TEXT, 'name': common.TEXT, 'links': common.LINKS,
    'versions': common.array(_VERSION)}, {'default_version': common.TEXT})

_WHOLE = common.more(_VERSION, {'datastore': common.TEXT})

DATASTORES = common.listing('datastores', _DATASTORE)
DATASTORE = common.one('datastore', _DATASTORE)
VERSIONS = common.listing('versions', _WHOLE)
VERSION = common.one('version', _WHOLE)

_FLAVOR = common.record({
    'id': {'type': ['integer', 'null']}, 'str_id': common.TEXT,
    'name': common.TEXT, 'ram': common.COUNT, 'vcpus': common.COUNT,
    'disk': common.COUNT, 'ephemeral': common.COUNT,
    'links': common.LINKS}, {'local_storage': common.COUNT})

FLAVORS = common.listing('flavors', _FLAVOR)
FLAVOR = common.one('flavor', _FLAVOR)

_VOLUME_TYPE = common.record({
    'id': common.TEXT, 'name': common.TEXT,
    'is_public': {'type': ['boolean', 'null']},
    'description': common.TEXT_OR_NULL})

VOLUME_TYPES = common.listing('volume_types', _VOLUME_TYPE)
VOLUME_TYPE = common.one('volume_type', _VOLUME_TYPE)

_LIMIT = {'type': 'integer', 'minimum': -1}

_ABSOLUTE = common.record({
    'verb': {'const': 'ABSOLUTE'}, 'max_instances': _LIMIT,
    'max_volumes': _LIMIT, 'max_ram': _LIMIT, 'max_backups': _LIMIT})

_RATE = common.record({
    'verb': common.TEXT, 'uri': common.TEXT, 'regex': common.TEXT,
    'value': common.COUNT, 'remaining': common.COUNT,
    'unit': {'const': 'MINUTE'},
    'nextAvailable': {
        'type': 'string',
        'pattern': r'^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$'}})

#: The absolute ones come first: clients count on it.
LIMITS = common.one('limits', {
    'type': 'array', 'minItems': 1,
    'items': {'anyOf': [_ABSOLUTE, _RATE]}})
