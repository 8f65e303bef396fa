# SPDX-License-Identifier: Apache-2.0
"""Floating addresses: a way to a port from outside its network."""
import uuid

from localcloud import errors
from localcloud import jobs
from localcloud import web
from localcloud.network import addresses
from localcloud.network import listing
from localcloud.network import networks
from localcloud.network import ports
from localcloud.network import quotas

ROUTES = web.Routes('network', '/network/v2.0')
FIELDS = ('floating_network_id', 'port_id', 'fixed_ip_address',
          'floating_ip_address', 'subnet_id', 'description', 'dns_name',
          'dns_domain', 'qos_policy_id')


def _view(call, doc):
    port = doc['port_id'] and call.store.get('port', doc['port_id'])
    details = None
    if port:
        details = {k: port[k] for k in (
            'name', 'network_id', 'mac_address', 'admin_state_up',
            'status', 'device_id', 'device_owner')}
    return dict(listing.view(doc), port_details=details)


def need(call, floating_id):
    """A floating address of the caller's; a 404 otherwise."""
    doc = call.store.get('floatingip', floating_id)
    if doc is None or not call.owns(doc):
        raise errors.NotFound(f'Floating IP {floating_id} could not be '
                              'found', kind='FloatingIPNotFound')
    return doc


def _target(call, body, but=None):
    """The fields that name the port it leads to."""
    if not body.get('port_id'):
        return {'port_id': None, 'fixed_ip_address': None,
                'router_id': None, 'status': 'DOWN'}
    port = ports.need(call, body['port_id'])
    router = next((r for r in call.store.find('router') if any(
        p['network_id'] == port['network_id'] for p in call.store.find(
            'port', device_id=r['id']))), None)
    if router is None or not router['external_gateway_info']:
        raise errors.NotFound(
            'External network is not reachable from the network of port '
            f'{port["id"]}: it has no router with a gateway.',
            kind='ExternalGatewayForFloatingIPNotFound')
    fixed = body.get('fixed_ip_address') or port['fixed_ips'][0][
        'ip_address']
    for other in call.store.find('floatingip', port_id=port['id']):
        if other['id'] != but and other['fixed_ip_address'] == fixed:
            raise errors.Conflict(
                f'Cannot associate with port {port["id"]}: that fixed IP '
                'already has a floating IP.',
                kind='FloatingIPPortAlreadyAssociated')
    return {'port_id': port['id'], 'fixed_ip_address': fixed,
            'router_id': router['id'], 'status': 'ACTIVE'}


@ROUTES.get('/floatingips')
def index(call):
    """List floating addresses."""
    return listing.answer(call, 'floatingips', [
        _view(call, doc) for doc in listing.own(
            call, call.store.find('floatingip'))])


@ROUTES.get('/floatingips/<floating_id>')
def show(call, floating_id):
    """Show one."""
    return {'floatingip': _view(call, need(call, floating_id))}


@ROUTES.post('/floatingips')
def create(call):
    """Take an address from an external network."""
    body = call.body('floatingip')
    fields = listing.choose(body, FIELDS)
    project_id = listing.project(call, body)
    network_id = web.required(fields, 'floating_network_id')
    wish = {k: v for k, v in (
        ('ip_address', fields.get('floating_ip_address')),
        ('subnet_id', fields.get('subnet_id'))) if v}
    with call.store.transaction():
        network = networks.need(call, network_id)
        if not network['router:external']:
            raise errors.BadRequest(
                f'Network {network_id} is not a valid external network.',
                kind='BadRequest')
        quotas.check(call.store, project_id, 'floatingip')
        floating_id = str(uuid.uuid4())
        address = addresses.allocate(call.store, network_id, [wish])[0]
        ports.new(call.store, network, '', [address], security_groups=[],
                  device_id=floating_id, device_owner='network:floatingip')
        doc = call.store.put('floatingip', listing.stamp(dict({
            'id': floating_id, 'project_id': project_id,
            'floating_network_id': network_id, 'port_forwardings': [],
            'floating_ip_address': address['ip_address'],
            'description': fields.get('description', ''),
            'dns_name': '', 'dns_domain': '', 'qos_policy_id': None,
            '_bound': None}, **_target(call, fields))))
        call.cloud.jobs.add('floatingip.sync', floating_id)
    return 201, {'floatingip': _view(call, doc)}


@ROUTES.put('/floatingips/<floating_id>')
def update(call, floating_id):
    """Lead it to another port, or to none."""
    body = listing.choose(call.body('floatingip'), FIELDS)
    with call.store.transaction():
        need(call, floating_id)
        changes = {k: body[k] for k in ('description',) if k in body}
        if 'port_id' in body:
            changes.update(_target(call, body, but=floating_id))
        doc = listing.touch(call, 'floatingip', floating_id, **changes)
        call.cloud.jobs.add('floatingip.sync', floating_id)
    return {'floatingip': _view(call, doc)}


@ROUTES.delete('/floatingips/<floating_id>')
def delete(call, floating_id):
    """Give the address back."""
    with call.store.transaction():
        doc = need(call, floating_id)
        call.store.delete('floatingip', floating_id)
        for port in call.store.find('port', device_id=floating_id):
            call.store.delete('port', port['id'])
        call.cloud.jobs.add('floatingip.unbind', floating_id,
                            address=doc['floating_ip_address'])
    return 204, None


@jobs.job('floatingip.sync')
def sync(cloud, floating_id):
    """Bring the host's translation in line with the document."""
    doc = cloud.store.get('floatingip', floating_id)
    if doc is None:
        return
    address = doc['floating_ip_address']
    if doc['_bound'] and doc['_bound'] != doc['fixed_ip_address']:
        cloud.host.unbind_floating(address)
    if doc['port_id']:
        cloud.host.bind_floating(address, doc['fixed_ip_address'],
                                 doc['floating_network_id'])
    cloud.store.update('floatingip', floating_id,
                       _bound=doc['fixed_ip_address'])


@jobs.job('floatingip.unbind')
def unbind(cloud, floating_id, address):
    """Take the translation away, unless the address is in use again."""
    used = cloud.store.find('floatingip', floating_ip_address=address)
    if not used:
        cloud.host.unbind_floating(address)
