# SPDX-License-Identifier: Apache-2.0
"""Modules, and what became of them on instances."""

from trove.api.v1.answers import common
from trove.api.v1.answers import instances

_BRIEF = common.record({
    'id': common.TEXT, 'name': common.TEXT, 'type': common.TEXT,
    'description': common.TEXT_OR_NULL, 'tenant_id': common.TEXT_OR_NULL,
    'tenant': common.TEXT, 'datastore_id': common.TEXT_OR_NULL,
    'datastore_version_id': common.TEXT_OR_NULL, 'datastore': common.TEXT,
    'datastore_version': common.TEXT, 'auto_apply': common.BOOLEAN,
    'priority_apply': common.BOOLEAN, 'apply_order': common.INTEGER,
    'is_admin': common.BOOLEAN, 'visible': common.BOOLEAN,
    'md5': common.TEXT, 'created': common.TIME, 'updated': common.TIME})

INDEX = common.page('modules', _BRIEF)
DETAIL = common.one('module', common.more(
    _BRIEF, {'live_update': common.BOOLEAN},
    {'instance_count': common.COUNT}))

_APPLIED = common.record({
    'id': common.TEXT, 'name': common.TEXT, 'type': common.TEXT,
    'datastore': common.TEXT, 'datastore_version': common.TEXT,
    'tenant': common.TEXT, 'md5': common.TEXT,
    'status': {'enum': ['OK', 'ERROR']}, 'message': common.TEXT,
    'created': common.TEXT, 'updated': common.TEXT,
    'removed': {'type': 'null'}, 'auto_apply': common.BOOLEAN,
    'visible': common.BOOLEAN, 'is_admin': common.BOOLEAN,
}, {'contents': common.TEXT})

APPLIED = common.listing('modules', _APPLIED)

_COUNT = common.record({
    'module_name': common.TEXT, 'module_id': common.TEXT,
    'module_md5': common.TEXT, 'instance_count': common.COUNT,
    'current': common.BOOLEAN, 'min_updated_date': common.TEXT,
    'max_updated_date': common.TEXT})

_ROW = instances.INDEX['properties']['instances']['items']

INSTANCES = {**instances.INDEX, 'properties': {
    **instances.INDEX['properties'],
    'instances': common.array({'anyOf': [_ROW, _COUNT]})}}
