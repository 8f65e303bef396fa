# SPDX-License-Identifier: Apache-2.0
"""Clusters."""

from trove.api.v1.answers import common
from trove.api.v1.answers import instances

_NODE = common.record({
    'id': common.TEXT, 'name': common.TEXT,
    'type': {'enum': ['member', 'master', 'query_router',
                      'config_server']},
    'links': common.LINKS,
    'status': {'enum': instances.STATUSES},
    'flavor': common.LINK,
}, {'shard_id': common.TEXT,
    'volume': common.record({'size': common.COUNT}),
    'ip': common.array(common.TEXT)})

_CLUSTER = common.record({
    'id': common.TEXT, 'name': common.TEXT,
    'task': common.record({'id': common.INTEGER, 'name': common.TEXT,
                           'description': common.TEXT}),
    'created': common.TIME, 'updated': common.TIME, 'links': common.LINKS,
    'datastore': instances.DATASTORE,
    'instances': common.array(_NODE),
}, {'ip': common.array(common.TEXT),
    'addresses': common.array(instances.ADDRESS),
    'locality': common.TEXT, 'configuration': common.TEXT})

_MGMT = common.more(_CLUSTER, {
    'tenant_id': common.TEXT, 'deleted': common.BOOLEAN,
    'deleted_at': common.TIME_OR_NULL})

INDEX = common.page('clusters', _CLUSTER)
SHOW = common.one('cluster', _CLUSTER)
MEMBER = common.one('instance', instances.DETAIL)
MGMT_INDEX = common.listing('clusters', _MGMT)
MGMT_SHOW = common.one('cluster', _MGMT)
