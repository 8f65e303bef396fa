# SPDX-License-Identifier: Apache-2.0
"""Configuration groups and the parameters they may hold."""

from trove.api.v1.answers import common

_BRIEF = common.record({
    'id': common.TEXT, 'name': common.TEXT,
    'description': common.TEXT_OR_NULL, 'created': common.TIME,
    'updated': common.TIME, 'datastore_name': common.TEXT,
    'datastore_version_id': common.TEXT,
    'datastore_version_name': common.TEXT,
    'datastore_version_number': common.TEXT})

INDEX = common.page('configurations', _BRIEF)
SHOW = common.one('configuration', common.more(_BRIEF, {
    'values': {'type': 'object', 'additionalProperties': {
        'type': ['string', 'number', 'boolean']}},
    'instance_count': common.COUNT}))
INSTANCES = common.page('instances', common.record({
    'id': common.TEXT, 'name': common.TEXT}))


def _parameter(low, high):
    return common.record({
        'name': common.TEXT, 'datastore_version_id': common.TEXT,
        'restart_required': common.BOOLEAN,
        'type': {'enum': ['integer', 'string', 'boolean', 'float']},
    }, {low: common.NUMBER, high: common.NUMBER})


PARAMETER = _parameter('min', 'max')
PARAMETERS = common.listing('configuration-parameters', PARAMETER)

#: The same sizes under other names: clients read them so.
MGMT_PARAMETER = _parameter('min_size', 'max_size')
MGMT_PARAMETERS = common.listing('configuration-parameters', MGMT_PARAMETER)
