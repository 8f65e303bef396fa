# SPDX-License-Identifier: Apache-2.0
"""Ports: an address on a network, with its security groups."""
import uuid

from localcloud import errors
from localcloud import web
from localcloud.network import addresses
from localcloud.network import firewall
from localcloud.network import listing
from localcloud.network import networks
from localcloud.network import quotas
from localcloud.network import secgroups

ROUTES = web.Routes('network', '/network/v2.0')
CHANGEABLE = ('name', 'description', 'admin_state_up', 'device_id',
              'device_owner', 'security_groups', 'port_security_enabled',
              'allowed_address_pairs', 'extra_dhcp_opts', 'dns_name',
              'binding:host_id', 'binding:vnic_type', 'binding:profile',
              'qos_policy_id', 'propagate_uplink_status',
              'fixed_ips')
FIELDS = CHANGEABLE + ('network_id', 'mac_address', 'tags')


def new(store, network, project_id, fixed_ips=None, **fields):
    """A port with an address; call inside a transaction."""
    quotas.check(store, project_id, 'port')
    secure = fields.setdefault('port_security_enabled',
                               network['port_security_enabled'])
    groups = fields.pop('security_groups', None)
    if groups is None:
        groups = ([secgroups.default(store, project_id)['id']]
                  if secure else [])
    elif groups and not secure:
        raise errors.BadRequest(
            'Port security must be enabled in order to have security '
            'groups on a port.', kind='PortSecurityAndIPRequiredForSecurity'
            'Groups')
    return store.put('port', listing.stamp(dict({
        'id': str(uuid.uuid4()), 'network_id': network['id'],
        'project_id': project_id, 'name': '', 'status': 'DOWN',
        'mac_address': addresses.mac(), 'admin_state_up': True,
        'fixed_ips': addresses.allocate(store, network['id'], fixed_ips),
        'device_id': '', 'device_owner': '', 'security_groups': groups,
        'allowed_address_pairs': [], 'extra_dhcp_opts': [], 'dns_name': '',
        'dns_assignment': [], 'binding:host_id': '', 'binding:profile': {},
        'binding:vif_type': 'unbound', 'binding:vif_details': {},
        'binding:vnic_type': 'normal', 'qos_policy_id': None}, **fields)))


def bind(store, port_id, server_id):
    """The port belongs to a server now."""
    return store.update(
        'port', port_id, device_id=server_id, device_owner='compute:nova',
        **{'binding:host_id': 'localcloud', 'binding:vif_type': 'bridge'})


def unbind(store, port_id):
    """The port is free again."""
    return store.update(
        'port', port_id, device_id='', device_owner='', status='DOWN',
        **{'binding:host_id': '', 'binding:vif_type': 'unbound'})


def forget(cloud, port):
    """Delete a port, and the way to it."""
    with cloud.store.transaction():
        for floating in cloud.store.find('floatingip', port_id=port['id']):
            cloud.store.update('floatingip', floating['id'], port_id=None,
                               fixed_ip_address=None, router_id=None,
                               status='DOWN')
            cloud.jobs.add('floatingip.sync', floating['id'])
        cloud.store.delete('port', port['id'])
        firewall.members_changed(cloud, port['security_groups'])


def _visible(call, doc):
    if call.owns(doc):
        return True
    network = call.store.get('network', doc['network_id'])
    return network['project_id'] == call.ctx.project_id


def need(call, port_id):
    """A port that the caller may see; a 404 otherwise."""
    doc = call.store.get('port', port_id)
    if doc is None or not _visible(call, doc):
        raise errors.NotFound(f'Port {port_id} could not be found.',
                              kind='PortNotFound')
    return doc


def _checked(call, fields):
    """The fields of a body, each thing they name known to the caller."""
    if fields.get('security_groups'):
        fields['security_groups'] = [
            secgroups.need(call, group)['id']
            for group in fields['security_groups']]
    return fields


@ROUTES.get('/ports')
def index(call):
    """List ports."""
    return listing.answer(call, 'ports', [
        doc for doc in call.store.find('port') if _visible(call, doc)])


@ROUTES.get('/ports/<port_id>')
def show(call, port_id):
    """Show a port."""
    return {'port': listing.view(need(call, port_id))}


@ROUTES.post('/ports')
def create(call):
    """Make a port."""
    body = call.body('port')
    fields = listing.choose(body, FIELDS)
    project_id = listing.project(call, body)
    network_id = web.required(fields, 'network_id')
    del fields['network_id']
    with call.store.transaction():
        network = networks.need(call, network_id)
        doc = new(call.store, network, project_id,
                  **_checked(call, fields))
        firewall.members_changed(call.cloud, doc['security_groups'])
    return 201, {'port': listing.view(doc)}


@ROUTES.put('/ports/<port_id>')
def update(call, port_id):
    """Change a port; its rules follow at once."""
    fields = listing.choose(call.body('port'), CHANGEABLE)
    with call.store.transaction():
        before = need(call, port_id)
        if not call.owns(before):
            raise errors.Forbidden(kind='PolicyNotAuthorized')
        fields = _checked(call, fields)
        if 'fixed_ips' in fields:
            fields['fixed_ips'] = _moved(call, before, fields['fixed_ips'])
        doc = listing.touch(call, 'port', port_id, **fields)
        firewall.port_changed(call.cloud, port_id)
        firewall.members_changed(call.cloud, set(
            before['security_groups']) | set(doc['security_groups']))
    return {'port': listing.view(doc)}


def _moved(call, port, wanted):
    """New addresses; the ones it has stay, a plugged port keeps its own."""
    have = {ip['ip_address']: ip for ip in port['fixed_ips']}
    kept = [have[w['ip_address']] for w in wanted
            if w.get('ip_address') in have]
    fresh = [w for w in wanted if w.get('ip_address') not in have]
    moved = kept + addresses.allocate(
        call.store, port['network_id'], fresh)
    if port['device_id'] and moved != port['fixed_ips']:
        raise errors.Conflict('The address of a plugged port stays.',
                              kind='PortInUse')
    return moved


@ROUTES.delete('/ports/<port_id>')
def delete(call, port_id):
    """Forget a port; unplugs it from its server."""
    with call.store.transaction():
        doc = need(call, port_id)
        if not call.owns(doc):
            raise errors.Forbidden(kind='PolicyNotAuthorized')
        if doc['device_owner'].startswith('network:'):
            raise errors.Conflict(
                f'Port {port_id} cannot be deleted directly via the port '
                f'API: has device owner {doc["device_owner"]}.',
                kind='ServicePortInUse')
        forget(call.cloud, doc)
        if doc['device_id']:
            call.cloud.jobs.add('server.unplug', doc['device_id'],
                                port_id=port_id)
    return 204, None
