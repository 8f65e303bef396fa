# SPDX-License-Identifier: Apache-2.0
"""Subnets: the addresses of a network, and the host's own among them.

The host has an address on every bridge: the gateway's where there is one,
else the first of the subnet. Networks therefore must not overlap: they all
meet in the host's routing table.
"""
import ipaddress
import uuid

from localcloud import errors
from localcloud import web
from localcloud.network import addresses
from localcloud.network import listing
from localcloud.network import networks
from localcloud.network import quotas

ROUTES = web.Routes('network', '/network/v2.0')
FIELDS = ('network_id', 'name', 'description', 'cidr', 'ip_version',
          'gateway_ip', 'enable_dhcp', 'allocation_pools',
          'dns_nameservers', 'host_routes', 'ipv6_ra_mode', 'segment_id',
          'ipv6_address_mode', 'subnetpool_id', 'service_types')
CHANGEABLE = ('name', 'description', 'enable_dhcp', 'dns_nameservers',
              'host_routes', 'allocation_pools', 'service_types')


def new(store, network, cidr, **fields):
    """A subnet of a network; the bridge is made by realise()."""
    space = addresses.network_of(cidr)
    first = str(space.network_address + 1)
    gateway = fields.pop('gateway_ip', first)
    host_ip = gateway or first
    _check_overlap(store, space)
    pools = fields.pop('allocation_pools', None) or addresses.pools(
        space, host_ip)
    doc = store.put('subnet', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'network_id': network['id'],
        'project_id': network['project_id'], 'name': '', 'ip_version': 4,
        'cidr': str(space), 'gateway_ip': gateway, 'enable_dhcp': True,
        'allocation_pools': pools, 'dns_nameservers': [],
        'host_routes': [], 'ipv6_ra_mode': None, 'ipv6_address_mode': None,
        'subnetpool_id': None, 'service_types': [], 'segment_id': None,
        '_host_ip': host_ip}, **fields)))
    store.update('network', network['id'],
                 subnets=network['subnets'] + [doc['id']])
    return doc


def _check_overlap(store, space):
    for other in store.find('subnet'):
        if space.overlaps(ipaddress.IPv4Network(other['cidr'])):
            raise errors.BadRequest(
                f'Invalid input for operation: Requested subnet with cidr: '
                f'{space} overlaps with another subnet (all networks of '
                'this cloud meet in one host).', kind='InvalidInput')


def realise(cloud, subnet):
    """Make sure that the subnet's bridge is there."""
    cloud.host.ensure_network(
        subnet['network_id'], subnet['cidr'], subnet['_host_ip'],
        cloud.settings.metadata)


def _visible(call, doc):
    network = call.store.get('network', doc['network_id'])
    return call.owns(doc) or networks.visible(call, network)


def need(call, subnet_id):
    """A subnet that the caller may see; a 404 otherwise."""
    doc = call.store.get('subnet', subnet_id)
    if doc is None or not _visible(call, doc):
        raise errors.NotFound(f'Subnet {subnet_id} could not be found.',
                              kind='SubnetNotFound')
    return doc


@ROUTES.get('/subnets')
def index(call):
    """List subnets."""
    return listing.answer(call, 'subnets', [
        doc for doc in call.store.find('subnet') if _visible(call, doc)])


@ROUTES.get('/subnets/<subnet_id>')
def show(call, subnet_id):
    """Show a subnet."""
    return {'subnet': listing.view(need(call, subnet_id))}


@ROUTES.post('/subnets')
def create(call):
    """Give a network its addresses, and its bridge."""
    body = call.body('subnet')
    fields = listing.choose(body, FIELDS)
    if int(fields.get('ip_version', 4)) != 4:
        raise errors.BadRequest('This cloud speaks IPv4 only.',
                                kind='HTTPBadRequest')
    fields['ip_version'] = 4
    network_id = web.required(fields, 'network_id')
    cidr = web.required(fields, 'cidr')
    del fields['network_id'], fields['cidr']
    with call.store.transaction():
        network = networks.need(call, network_id)
        if not call.owns(network):
            raise errors.Forbidden(kind='PolicyNotAuthorized')
        quotas.check(call.store, network['project_id'], 'subnet')
        if network['subnets']:
            raise errors.BadRequest(
                'A network of this cloud has one subnet.',
                kind='InvalidInput')
        doc = new(call.store, network, cidr, **fields)
        realise(call.cloud, doc)
    return 201, {'subnet': listing.view(doc)}


@ROUTES.put('/subnets/<subnet_id>')
def update(call, subnet_id):
    """Change what can be changed while it is in use."""
    doc = need(call, subnet_id)
    if not call.owns(doc):
        raise errors.Forbidden(kind='PolicyNotAuthorized')
    chosen = listing.choose(call.body('subnet'), CHANGEABLE)
    return {'subnet': listing.view(
        listing.touch(call, 'subnet', subnet_id, **chosen))}


@ROUTES.delete('/subnets/<subnet_id>')
def delete(call, subnet_id):
    """Forget a subnet that no port has an address of."""
    with call.store.transaction():
        doc = need(call, subnet_id)
        if not call.owns(doc):
            raise errors.Forbidden(kind='PolicyNotAuthorized')
        ports = call.store.find('port', network_id=doc['network_id'])
        if any(ip['subnet_id'] == subnet_id
               for port in ports for ip in port['fixed_ips']):
            raise errors.Conflict(
                f'Unable to complete operation on subnet {subnet_id}: One '
                'or more ports have an IP allocation from this subnet.',
                kind='SubnetInUse')
        network = call.store.get('network', doc['network_id'])
        call.store.update('network', network['id'], subnets=[
            s for s in network['subnets'] if s != subnet_id])
        call.store.delete('subnet', subnet_id)
    call.cloud.host.remove_network(doc['network_id'])
    return 204, None
