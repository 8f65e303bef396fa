# SPDX-License-Identifier: Apache-2.0
"""What operators see."""

from trove.api.v1.answers import common
from trove.api.v1.answers import instances

_SERVER = {**common.record({
    'id': common.TEXT, 'name': common.TEXT, 'status': common.TEXT_OR_NULL,
    'tenant_id': common.TEXT, 'host': common.TEXT_OR_NULL,
    'updated': common.TIME_OR_NULL}),
    'type': ['object', 'null']}

_INSTANCE = common.more(instances.DETAIL, {
    'server': _SERVER,
    'service_status': {'enum': [None, *instances.OPERATING]},
    'tenant_id': common.TEXT,
    'deleted': common.BOOLEAN,
    'deleted_at': common.TIME_OR_NULL,
    'task_description': common.TEXT_OR_NULL})

_VOLUME = {**common.record({
    'id': common.TEXT_OR_NULL, 'size': common.COUNT,
    'used': common.NUMBER_OR_NULL, 'total': common.NUMBER_OR_NULL}),
    'type': ['object', 'null']}

INSTANCES = common.page('instances', _INSTANCE)
INSTANCE = common.one('instance', common.more(
    _INSTANCE, {'volume': _VOLUME}, {
        'guest_status': common.record({'state_description': common.TEXT}),
        'root_enabled': common.TIME,
        'root_enabled_by': common.TEXT_OR_NULL}))

ROOT_HISTORY = common.one('root_history', common.record({
    'id': common.TEXT, 'enabled': common.TEXT,
    'user': common.TEXT_OR_NULL}))

HARDWARE = common.one('hwinfo', common.record({
    'mem_total': common.COUNT, 'num_cpus': common.COUNT}))

DIAGNOSTICS = common.one('diagnostics', common.record({
    'version': common.TEXT, 'threads': common.COUNT,
    'fdSize': common.COUNT, 'vmSize': common.COUNT, 'vmPeak': common.COUNT,
    'vmRss': common.COUNT, 'vmHwm': common.COUNT}))

_LIMIT = {'type': 'integer', 'minimum': -1}

QUOTAS = common.listing('quotas', common.record({
    'resource': {'enum': ['instances', 'ram', 'volumes', 'backups']},
    'in_use': common.INTEGER, 'reserved': common.INTEGER,
    'limit': _LIMIT}))
QUOTAS_SET = common.one('quotas', common.record({}, {
    'instances': _LIMIT, 'ram': _LIMIT, 'volumes': _LIMIT,
    'backups': _LIMIT}))

_VERSION = common.record({
    'id': common.TEXT, 'name': common.TEXT, 'version': common.TEXT,
    'datastore_id': common.TEXT, 'datastore_name': common.TEXT,
    'datastore_manager': common.TEXT, 'image': common.TEXT_OR_NULL,
    'image_tags': common.array(common.TEXT),
    'packages': common.array(common.TEXT), 'active': common.BOOLEAN,
    'default': common.BOOLEAN, 'registry_ext': common.TEXT_OR_NULL,
    'repl_strategy': common.TEXT_OR_NULL})
VERSIONS = common.listing('versions', _VERSION)
VERSION = common.one('version', _VERSION)

ACCOUNTS = common.listing('accounts', common.record({
    'id': common.TEXT, 'num_instances': common.COUNT}))
ACCOUNT = common.one('account', common.record({
    'id': common.TEXT, 'instance_ids': common.array(common.TEXT)}))

_OPERATION = common.record({
    'id': common.TEXT, 'verb': common.TEXT, 'instance_id': common.TEXT,
    'project_id': common.TEXT, 'state': common.TEXT,
    'step': common.TEXT_OR_NULL, 'attempts': common.COUNT,
    'owner': common.TEXT_OR_NULL, 'error_code': common.TEXT_OR_NULL,
    'error': common.TEXT_OR_NULL, 'created': common.TIME,
    'updated': common.TIME, 'lease_until': common.TIME_OR_NULL,
    'not_before': common.TIME_OR_NULL, 'finished': common.TIME_OR_NULL,
    'cancel': common.BOOLEAN, 'request_id': common.TEXT_OR_NULL})
_STEP = common.record({
    'name': common.TEXT, 'state': common.TEXT_OR_NULL,
    'intention': common.TEXT_OR_NULL, 'began': common.TIME_OR_NULL,
    'ended': common.TIME_OR_NULL})
OPERATIONS = common.page('operations', _OPERATION)
OPERATION = common.one('operation', common.more(
    _OPERATION, {'steps': common.array(_STEP)}))
