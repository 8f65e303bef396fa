# SPDX-License-Identifier: Apache-2.0
"""Instances, for tenants."""

from trove.api.v1.answers import common

STATUSES = ['ACTIVE', 'BACKUP', 'BUILD', 'DETACH', 'EJECT', 'ERROR',
            'LOGGING', 'PROMOTE', 'REBOOT', 'RESIZE', 'RESTART_REQUIRED',
            'SHUTDOWN', 'UNKNOWN', 'UPGRADE']

OPERATING = ['', 'ACTIVE', 'BLOCKED', 'BUILD', 'DELETED', 'EJECT', 'ERROR',
             'FAILED', 'HEALTHY', 'LOGGING', 'NEW', 'PROMOTE',
             'RESTARTING', 'RESTART_REQUIRED', 'SHUTDOWN', 'UPGRADING']

_SIZE = {'size': common.COUNT}

#: Datastore and version have no names when they are gone.
DATASTORE = common.record(
    {'type': common.TEXT_OR_NULL, 'version': common.TEXT_OR_NULL},
    {'version_number': common.TEXT})

ADDRESS = common.record(
    {'address': common.TEXT, 'type': {'enum': ['private', 'public']}},
    {'network': common.TEXT})

BASIC = common.record({
    'id': common.TEXT,
    'name': common.TEXT,
    'status': {'enum': STATUSES},
    'operating_status': {'enum': OPERATING},
    'links': common.LINKS,
    'flavor': common.LINK,
    'datastore': DATASTORE,
    'region': common.TEXT_OR_NULL,
    'access': common.record({}, {
        'is_public': common.BOOLEAN,
        'allowed_cidrs': common.array(common.TEXT)}),
    'created': common.TIME,
    'updated': common.TIME,
}, {
    'tenant_id': common.TEXT,
    'volume': common.record(_SIZE),
    'hostname': common.TEXT,
    'ip': common.array(common.TEXT),
    'addresses': common.array(ADDRESS),
    'replica_of': common.LINK,
    'replicas': {**common.array(common.LINK), 'minItems': 1},
})

DETAIL = common.more(BASIC, {'service_status_updated': common.TIME}, {
    'fault': common.record({'message': common.TEXT,
                            'created': common.TIME,
                            'details': common.TEXT_OR_NULL}),
    'configuration': common.record({
        'id': common.TEXT, 'name': common.TEXT, 'links': common.LINKS}),
    'cluster_id': common.TEXT,
    'shard_id': common.TEXT,
    'server_id': common.TEXT_OR_NULL,
    'volume_id': common.TEXT_OR_NULL,
    'encrypted_rpc_messaging': common.BOOLEAN,
})

#: Engines add figures of their own to those of the volume.
_VOLUME = {**common.record(_SIZE, {'used': common.NUMBER,
                                   'used_percent': common.NUMBER}),
           'additionalProperties': common.NUMBER}

SHOW = common.one('instance', common.more(DETAIL, optional={
    'locality': common.TEXT,
    'volume': _VOLUME,
    'local_storage': common.record({'used': common.NUMBER})}))

CREATED = common.one('instance', common.more(DETAIL, optional={
    'locality': common.TEXT,
    'password': common.TEXT,
    'replicas_created': common.array(common.TEXT)}))

INDEX = common.page('instances', BASIC)
DETAILS = common.page('instances', DETAIL)

CONFIGURATION = common.one('instance', common.one('configuration', {
    'type': 'object',
    'additionalProperties': {'type': ['string', 'number', 'boolean']}}))
