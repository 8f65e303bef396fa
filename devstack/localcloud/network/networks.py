# SPDX-License-Identifier: Apache-2.0
"""Networks: bridges, once they have a subnet."""
import uuid

from localcloud import errors
from localcloud import web
from localcloud.network import listing
from localcloud.network import quotas

ROUTES = web.Routes('network', '/network/v2.0')
FIELDS = ('name', 'description', 'admin_state_up', 'shared', 'mtu',
          'router:external', 'port_security_enabled',
          'availability_zone_hints', 'provider:network_type',
          'provider:physical_network', 'provider:segmentation_id',
          'is_default', 'dns_domain', 'qos_policy_id')
ADMIN_FIELDS = ('shared', 'router:external', 'provider:network_type',
                'provider:physical_network', 'provider:segmentation_id')


def new(store, project_id, **fields):
    """A network without a subnet."""
    return store.put('network', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'project_id': project_id, 'name': '',
        'admin_state_up': True, 'status': 'ACTIVE', 'subnets': [],
        'shared': False, 'router:external': False, 'mtu': 1500,
        'port_security_enabled': True, 'availability_zone_hints': [],
        'availability_zones': ['nova'], 'ipv4_address_scope': None,
        'ipv6_address_scope': None, 'is_default': False, 'dns_domain': '',
        'qos_policy_id': None}, **fields)))


def visible(call, doc):
    """Whether the caller may see a network and use it."""
    return call.owns(doc) or doc['shared'] or doc['router:external']


def need(call, network_id):
    """A network that the caller may see; a 404 otherwise."""
    doc = call.store.get('network', network_id)
    if doc is None or not visible(call, doc):
        raise errors.NotFound(f'Network {network_id} could not be found.',
                              kind='NetworkNotFound')
    return doc


def _own(call, network_id):
    doc = need(call, network_id)
    if not call.owns(doc):
        raise errors.Forbidden(kind='PolicyNotAuthorized')
    return doc


def _fields(call, body):
    chosen = listing.choose(body, FIELDS)
    if not call.ctx.is_admin and any(chosen.get(f) for f in ADMIN_FIELDS):
        raise errors.Forbidden('Only an admin may share networks or choose '
                               'what they are made of.',
                               kind='PolicyNotAuthorized')
    return chosen


@ROUTES.get('/networks')
def index(call):
    """List networks."""
    return listing.answer(call, 'networks', [
        doc for doc in call.store.find('network') if visible(call, doc)])


@ROUTES.get('/networks/<network_id>')
def show(call, network_id):
    """Show a network."""
    return {'network': listing.view(need(call, network_id))}


@ROUTES.post('/networks')
def create(call):
    """Make a network."""
    body = call.body('network')
    project_id = listing.project(call, body)
    with call.store.transaction():
        quotas.check(call.store, project_id, 'network')
        doc = new(call.store, project_id, **_fields(call, body))
    return 201, {'network': listing.view(doc)}


@ROUTES.put('/networks/<network_id>')
def update(call, network_id):
    """Change a network."""
    _own(call, network_id)
    chosen = _fields(call, call.body('network'))
    return {'network': listing.view(
        listing.touch(call, 'network', network_id, **chosen))}


@ROUTES.delete('/networks/<network_id>')
def delete(call, network_id):
    """Forget a network that no port uses."""
    with call.store.transaction():
        _own(call, network_id)
        if call.store.find('port', network_id=network_id):
            raise errors.Conflict(
                f'Unable to complete operation on network {network_id}. '
                'There are one or more ports still in use on the network.',
                kind='NetworkInUse')
        for subnet in call.store.find('subnet', network_id=network_id):
            call.store.delete('subnet', subnet['id'])
        call.store.delete('network', network_id)
    call.cloud.host.remove_network(network_id)
    return 204, None
