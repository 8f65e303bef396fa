# SPDX-License-Identifier: Apache-2.0
"""Routers: which networks floating addresses can lead to.

The host itself forwards; a router here is the permission for it.
"""
import uuid

from localcloud import errors
from localcloud import web
from localcloud.network import listing
from localcloud.network import networks
from localcloud.network import ports
from localcloud.network import quotas
from localcloud.network import subnets

ROUTES = web.Routes('network', '/network/v2.0')
FIELDS = ('name', 'description', 'admin_state_up', 'external_gateway_info',
          'distributed', 'ha', 'availability_zone_hints', 'routes')


def new(store, project_id, **fields):
    """A router."""
    return store.put('router', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'project_id': project_id, 'name': '',
        'status': 'ACTIVE', 'admin_state_up': True, 'routes': [],
        'external_gateway_info': None, 'availability_zone_hints': [],
        'availability_zones': ['nova'], 'distributed': False, 'ha': False,
        'flavor_id': None}, **fields)))


def join(store, router, subnet):
    """Put a router on a subnet, at the gateway's address."""
    network = store.get('network', subnet['network_id'])
    return store.put('port', dict(ports.new(
        store, network, router['project_id'], [], security_groups=[],
        device_id=router['id'], device_owner='network:router_interface'),
        status='ACTIVE', fixed_ips=[{
            'subnet_id': subnet['id'],
            'ip_address': subnet['gateway_ip'] or subnet['_host_ip']}]))


def need(call, router_id):
    """A router of the caller's; a 404 otherwise."""
    doc = call.store.get('router', router_id)
    if doc is None or not call.owns(doc):
        raise errors.NotFound(f'Router {router_id} could not be found',
                              kind='RouterNotFound')
    return doc


def _fields(call, body):
    fields = listing.choose(body, FIELDS)
    gateway = fields.get('external_gateway_info')
    if gateway:
        network = networks.need(call, web.required(gateway, 'network_id'))
        if not network['router:external']:
            raise errors.BadRequest('The gateway must be an external '
                                    'network.', kind='BadRequest')
        gateway.setdefault('enable_snat', True)
        gateway.setdefault('external_fixed_ips', [])
    elif gateway is not None:
        fields['external_gateway_info'] = None
    return fields


@ROUTES.get('/routers')
def index(call):
    """List routers."""
    return listing.answer(call, 'routers', listing.own(
        call, call.store.find('router')))


@ROUTES.get('/routers/<router_id>')
def show(call, router_id):
    """Show a router."""
    return {'router': listing.view(need(call, router_id))}


@ROUTES.post('/routers')
def create(call):
    """Make a router."""
    body = call.body('router')
    project_id = listing.project(call, body)
    with call.store.transaction():
        quotas.check(call.store, project_id, 'router')
        doc = new(call.store, project_id, **_fields(call, body))
    return 201, {'router': listing.view(doc)}


@ROUTES.put('/routers/<router_id>')
def update(call, router_id):
    """Change a router."""
    need(call, router_id)
    fields = _fields(call, call.body('router'))
    return {'router': listing.view(
        listing.touch(call, 'router', router_id, **fields))}


@ROUTES.delete('/routers/<router_id>')
def delete(call, router_id):
    """Forget a router that is on no subnet."""
    with call.store.transaction():
        need(call, router_id)
        if call.store.find('port', device_id=router_id):
            raise errors.Conflict(f'Router {router_id} still has ports',
                                  kind='RouterInUse')
        call.store.delete('router', router_id)
    return 204, None


@ROUTES.put('/routers/<router_id>/add_router_interface')
def add_interface(call, router_id):
    """Put the router on a subnet."""
    with call.store.transaction():
        router = need(call, router_id)
        subnet = subnets.need(call, web.required(call.json(), 'subnet_id'))
        if any(ip['subnet_id'] == subnet['id']
               for port in call.store.find('port', device_id=router_id)
               for ip in port['fixed_ips']):
            raise errors.BadRequest('Router already has a port on subnet '
                                    f'{subnet["id"]}', kind='BadRequest')
        port = join(call.store, router, subnet)
    return _interface(router, port)


@ROUTES.put('/routers/<router_id>/remove_router_interface')
def remove_interface(call, router_id):
    """Take the router from a subnet."""
    body = call.json()
    with call.store.transaction():
        router = need(call, router_id)
        for port in call.store.find('port', device_id=router_id):
            subnet_id = port['fixed_ips'][0]['subnet_id']
            if body.get('port_id') == port['id'] or (
                    body.get('subnet_id') == subnet_id):
                call.store.delete('port', port['id'])
                return _interface(router, port)
    raise errors.NotFound(f'Router {router_id} does not have an interface '
                          'there', kind='RouterInterfaceNotFound')


def _interface(router, port):
    subnet_id = port['fixed_ips'][0]['subnet_id']
    return {'id': router['id'], 'tenant_id': router['project_id'],
            'port_id': port['id'], 'network_id': port['network_id'],
            'subnet_id': subnet_id, 'subnet_ids': [subnet_id]}
