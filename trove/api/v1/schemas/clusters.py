# SPDX-License-Identifier: Apache-2.0
"""Bodies of /clusters, and what a create request asks for."""

from trove.api import validation
from trove.api.v1.schemas import common
from trove.api.v1.schemas import instances
from trove.common import exception
from trove.operations import create_cluster

_MOST = 100

#: Command line clients send a list of one.
_TYPE = {'type': ['string', 'array', 'null'], 'items': {'type': 'string'},
         'maxLength': 255, 'maxItems': 10}

_COUNT = {'type': ['integer', 'string'], 'minimum': 1,
          'pattern': '^0*[1-9][0-9]{0,3}$',
          'message': 'must be a whole number of at least 1'}

_NODE = {
    'flavorRef': common.FLAVOR_REF,
    'volume': common.obj({
        'size': common.SIZE_GB,
        'type': {'type': ['string', 'null'], 'maxLength': 255}}, ['size']),
    'nics': {'type': 'array', 'maxItems': 1, 'items': instances.NIC},
    'availability_zone': common.NAME,
    'modules': {'type': 'array',
                'items': common.obj({'id': common.UUID}, ['id'])},
    'region_name': common.NAME,
    'region': common.NAME,
    'type': _TYPE,
}

CREATE = validation.body(common.obj({'cluster': common.obj({
    'name': common.NAME,
    'datastore': common.obj({'type': common.NAME, 'version': common.NAME},
                            ['type', 'version']),
    'instances': {'type': 'array', 'minItems': 1, 'maxItems': _MOST,
                  'items': common.obj(_NODE, ['flavorRef'])},
    'locality': {'type': 'string', 'enum': instances.LOCALITIES},
    'extended_properties': common.obj({
        'num_configsvr': _COUNT, 'num_mongos': _COUNT,
        'configsvr_volume_size': common.SIZE_GB,
        'mongos_volume_size': common.SIZE_GB,
        'configsvr_volume_type': common.NAME,
        'mongos_volume_type': common.NAME}),
    'configuration': common.UUID_OR_NULL,
}, ['name', 'datastore', 'instances'])}, ['cluster']))

_EMPTY = {'type': 'object'}

_NEW_NODE = common.obj({
    **_NODE, 'name': common.NAME,
    'related_to': {'type': ['string', 'null'], 'maxLength': 255}},
    ['flavorRef'])

_ACTIONS = {
    'grow': {'type': 'array', 'minItems': 1, 'maxItems': _MOST,
             'items': _NEW_NODE},
    'shrink': {'type': 'array', 'minItems': 1, 'maxItems': _MOST,
               'items': common.obj({'id': common.UUID}, ['id'])},
    'add_shard': _EMPTY,
    'restart': _EMPTY,
    'upgrade': common.obj({'datastore_version': common.NAME},
                          ['datastore_version']),
    'configuration_attach': common.obj({'configuration_id': common.UUID},
                                       ['configuration_id']),
    'configuration_detach': _EMPTY,
    'reset-status': _EMPTY,
    'resize': {**common.obj({
        'flavorRef': common.FLAVOR_REF,
        'volume': common.obj({'size': common.SIZE_GB}, ['size'])}),
        'minProperties': 1, 'maxProperties': 1},
}

ACTION = validation.body({**common.obj(_ACTIONS, closed=True),
                          'minProperties': 1, 'maxProperties': 1})

MGMT_ACTION = validation.body({
    **common.obj({'reset-task': _EMPTY}, ['reset-task'], closed=True)})


def wish(body):
    """What a create request asks for; the body passed `CREATE`."""
    asked = body['cluster']
    return create_cluster.Wish(
        name=asked['name'], datastore=asked['datastore']['type'],
        version=asked['datastore']['version'],
        nodes=tuple(_node(at, node)
                    for at, node in enumerate(asked['instances'])),
        configuration_id=asked.get('configuration'),
        extended_properties=bool(asked.get('extended_properties')))


def _node(at, asked):
    volume = asked.get('volume') or {}
    try:
        nics = tuple(instances.nic(item) for item in asked.get('nics', ()))
    except exception.BadRequest as error:
        raise exception.BadRequest('cluster.instances[%d]: %s'
                                   % (at, error)) from error
    return create_cluster.Node(
        flavor_id=common.last_segment(asked['flavorRef']),
        volume_gb=int(volume['size']) if volume else None,
        volume_type=volume.get('type') or None, nics=nics,
        availability_zone=asked.get('availability_zone'),
        region=asked.get('region_name') or asked.get('region'))
