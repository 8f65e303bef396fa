# SPDX-License-Identifier: Apache-2.0
"""Bodies of requests that are understood and answered 501."""

import functools

from trove.api import validation
from trove.api.v1.schemas import common

_VALUE = common.obj({'metadata': common.obj({'value': {}}, ['value'])},
                    ['metadata'])

_CIDR = {'type': 'string', 'minLength': 9, 'maxLength': 43}

_NUMBER = {'type': ['integer', 'number', 'string', 'null'],
           'pattern': r'^[0-9]+(\.[0-9]+)?$',
           'message': 'must be a number'}

_ONE = '/instances/{id}/metadata/{key}'
_VERSION = '/mgmt/datastores/{datastore}/versions/{version}'

#: (method, path) -> schema.
BODIES = {
    ('POST', _ONE): _VALUE,
    ('PATCH', _ONE): _VALUE,
    ('PUT', _ONE): common.obj({'metadata': common.obj(
        {'key': common.NAME, 'value': {}}, ['key', 'value'])},
        ['metadata']),
    ('POST', '/security-group-rules'): common.obj({
        'security_group_rule': common.obj(
            {'group_id': common.NAME, 'cidr': _CIDR},
            ['group_id', 'cidr'])}, ['security_group_rule']),
    ('POST', '/mgmt/instances/{id}/upgrade'): common.obj({
        'upgrade': common.obj({
            'instance_version': common.NAME, 'location': common.NAME,
            'metadata': {}})}, ['upgrade']),
    ('POST', '/mgmt/hosts/{name}/instances/action'): common.obj(
        {'update': {'type': ['string', 'object', 'null']}}, ['update']),
    ('POST', '/mgmt/flavors'): common.obj({'flavor': common.obj({
        'flavor_id': {'type': ['string', 'integer'], 'maxLength': 255},
        'name': common.NAME, 'ram': _NUMBER, 'disk': _NUMBER,
        'vcpu': _NUMBER, 'ephemeral': _NUMBER, 'swap': _NUMBER,
        'rxtx_factor': _NUMBER,
        'is_public': {'type': ['boolean', 'string']},
        'service_type': {'type': ['string', 'null'], 'maxLength': 255}},
        ['name', 'ram', 'disk', 'vcpu'])}, ['flavor']),
    ('PUT', _VERSION): common.obj({'datastore_version': common.obj(
        {'visibility': common.NAME}, ['visibility'])},
        ['datastore_version']),
    ('POST', _VERSION + '/members'): common.obj(
        {'member': common.NAME}, ['member']),
}


@functools.cache
def check(method, path):
    """The check of a body, or None where there is none."""
    schema = BODIES.get((method, path))
    return None if schema is None else validation.body(schema)
