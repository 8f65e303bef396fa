# SPDX-License-Identifier: Apache-2.0
"""Bodies of /instances, and what a create request asks for."""

import ipaddress

from trove.api import validation
from trove.api.v1.schemas import common
from trove.api.v1.schemas import databases
from trove.api.v1.schemas import dialects
from trove.api.v1.schemas import users
from trove.common import exception
from trove.objects import instance
from trove.operations import create_instance
from trove.operations import networks

LOCALITIES = ['affinity', 'anti-affinity', 'soft-affinity',
              'soft-anti-affinity']

NIC = common.obj({
    'network_id': common.UUID, 'net-id': common.UUID,
    'subnet_id': common.UUID,
    'ip_address': {'type': 'string',
                   'pattern': r'^\d{1,3}(\.\d{1,3}){3}$',
                   'message': 'must be an IPv4 address'}}, closed=True)

_ACCESS = {
    'is_public': {'type': 'boolean'},
    'allowed_cidrs': {'type': 'array', 'uniqueItems': True,
                      'items': {'type': 'string', 'minLength': 1,
                                'maxLength': 50}}}

CREATE = validation.body(common.obj({'instance': common.obj({
    'name': common.NAME,
    'flavorRef': common.FLAVOR_REF,
    'volume': common.obj({
        'size': common.SIZE_GB,
        'type': {'type': ['string', 'null'], 'maxLength': 255}}, ['size']),
    'datastore': common.obj({
        'type': common.NAME, 'version': common.NAME,
        'version_number': common.NAME}),
    'databases': {'type': 'array', 'items': databases.DATABASE},
    'users': {'type': 'array', 'items': users.USER},
    'restorePoint': common.obj({'backupRef': common.UUID}, ['backupRef']),
    'replica_of': common.UUID,
    'slave_of': common.UUID,
    'replica_count': {'type': 'integer', 'minimum': 1, 'maximum': 3},
    'availability_zone': common.NAME,
    'nics': {'type': 'array', 'maxItems': 1, 'items': NIC},
    'configuration': common.UUID_OR_NULL,
    'configuration_id': common.UUID_OR_NULL,
    'modules': {'type': 'array',
                'items': common.obj({'id': common.UUID}, ['id'])},
    'locality': {'type': 'string', 'enum': LOCALITIES},
    'region_name': common.NAME,
    'access': common.obj(_ACCESS),
}, ['name'])}, ['instance']), dialects.new_instance)

_CHANGE = {
    'name': common.NAME,
    'configuration': common.UUID_OR_NULL,
    'replica_of': {},
    'slave_of': {},
    'datastore_version': common.NAME,
    'access': common.obj(_ACCESS, closed=True),
}

UPDATE = validation.body(common.obj(
    {'instance': common.obj(_CHANGE, closed=True)}, ['instance']))

ACTION = validation.body(common.obj({
    'restart': {'type': 'object'},
    'promote_to_replica_source': {'type': 'object'},
    'eject_replica_source': {'type': 'object'},
    'reset_status': {'type': 'object'},
    'resize': common.obj({
        'volume': common.obj({'size': common.SIZE_GB}, ['size']),
        'flavorRef': common.FLAVOR_REF}),
}), dialects.action)


def wish(body):
    """What a create request asks for; the body passed `CREATE`."""
    asked = body['instance']
    volume = asked.get('volume') or {}
    store = asked.get('datastore') or {}
    return create_instance.Wish(
        name=asked['name'],
        flavor_id=_flavor(asked),
        volume_gb=int(volume['size']) if volume else None,
        volume_type=volume.get('type') or None,
        datastore=store.get('type'),
        version=store.get('version'),
        version_number=store.get('version_number'),
        databases=tuple(databases.spec(item)
                        for item in asked.get('databases', ())),
        users=tuple(users.spec(item) for item in asked.get('users', ())),
        backup_id=(asked.get('restorePoint') or {}).get('backupRef'),
        replica_of=asked.get('replica_of') or asked.get('slave_of'),
        replica_count=asked.get('replica_count', 1),
        availability_zone=asked.get('availability_zone'),
        nics=tuple(nic(item) for item in asked.get('nics', ())),
        configuration_id=(asked.get('configuration')
                          or asked.get('configuration_id')),
        module_ids=tuple(item['id'] for item in asked.get('modules', ())),
        locality=asked.get('locality'),
        region=asked.get('region_name'),
        access=access(asked.get('access') or {}))


def access(asked):
    """The access object of a request, its networks really parsed."""
    cidrs = asked.get('allowed_cidrs')
    return instance.Access(
        is_public=asked.get('is_public'),
        allowed_cidrs=None if cidrs is None else tuple(dict.fromkeys(
            _network(at, text) for at, text in enumerate(cidrs))))


def _network(at, text):
    """A network as everybody writes it: of 10.1.2.3/8, 10.0.0.0/8."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise exception.BadRequest(
            'instance.access.allowed_cidrs[%d]: %s is not a network, '
            'such as 10.0.0.0/8' % (at, text)) from None


def _flavor(asked):
    if 'flavorRef' not in asked:
        return None
    return common.last_segment(asked['flavorRef'])


def nic(item):
    """Where a member of `nics` asks to be attached."""
    address = item.get('ip_address')
    try:
        if address:
            ipaddress.IPv4Address(address)
    except ValueError:
        raise exception.BadRequest(
            'instance.nics[0].ip_address: %s is not an IPv4 address'
            % address) from None
    return networks.Nic(
        network_id=item.get('network_id') or item.get('net-id'),
        subnet_id=item.get('subnet_id'), ip_address=address)
