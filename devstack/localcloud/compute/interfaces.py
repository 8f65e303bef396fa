# SPDX-License-Identifier: Apache-2.0
"""Ports of a server, plugged and unplugged while it runs."""
from localcloud import clock
from localcloud import errors
from localcloud import jobs
from localcloud import web
from localcloud.compute import machines
from localcloud.compute import nics
from localcloud.compute import servers
from localcloud.network import firewall
from localcloud.network import ports

ROUTES = web.Routes('compute', '/compute/v2.1')
PATH = '/servers/<server_id>/os-interface'


def _view(port):
    return {'port_id': port['id'], 'net_id': port['network_id'],
            'port_state': port['status'], 'mac_addr': port['mac_address'],
            'fixed_ips': port['fixed_ips']}


@ROUTES.get(PATH)
def index(call, server_id):
    """List the ports of a server."""
    doc = servers.need(call, server_id)
    return {'interfaceAttachments': [
        _view(port) for port in machines.ports_of(call.store, doc)]}


@ROUTES.get(PATH + '/<port_id>')
def show(call, server_id, port_id):
    """Show one."""
    doc = servers.need(call, server_id)
    for port in machines.ports_of(call.store, doc):
        if port['id'] == port_id:
            return {'interfaceAttachment': _view(port)}
    raise errors.NotFound(f'Instance {server_id} does not have a port with '
                          f'id {port_id}')


@ROUTES.post(PATH)
def attach(call, server_id):
    """Plug a port, given or made."""
    body = call.body('interfaceAttachment')
    wish = {'port': body.get('port_id'), 'uuid': body.get('net_id')}
    if body.get('fixed_ips'):
        wish['fixed_ip'] = body['fixed_ips'][0].get('ip_address')
    with call.store.transaction():
        doc = servers.need(call, server_id)
        if doc['vm_state'] not in ('active', 'stopped') or doc['task_state']:
            raise errors.Conflict(
                f"Cannot 'attach_interface' instance {server_id} while it "
                f'is in vm_state {doc["vm_state"]}')
        port, is_new = nics.one(call, doc, wish)
        made = doc['made_ports'] + ([port['id']] if is_new else [])
        call.store.update('server', server_id, made_ports=made,
                          port_ids=doc['port_ids'] + [port['id']])
        call.cloud.jobs.add('server.plug', server_id, port_id=port['id'])
    return {'interfaceAttachment': _view(port)}


@ROUTES.delete(PATH + '/<port_id>')
def detach(call, server_id, port_id):
    """Unplug a port; one that was made for the server is deleted."""
    show(call, server_id, port_id)
    call.cloud.jobs.add('server.unplug', server_id, port_id=port_id)
    return 202, None


def _plug_failed(cloud, server_id, message, port_id):
    """The server keeps running; the port is free again."""
    cloud.store.update('server', server_id, updated_at=clock.now())
    unplug(cloud, server_id, port_id)


@jobs.job('server.plug', failed=_plug_failed)
def plug(cloud, server_id, port_id):
    """Put the port into the running machine."""
    port = cloud.store.get('port', port_id)
    if port is None or port['device_id'] != server_id:
        return
    if cloud.host.machine_state(server_id) == 'running':
        cloud.host.attach_port(server_id, machines.port_spec(
            cloud.store, port))
        cloud.store.update('port', port_id, status='ACTIVE')
        firewall.members_changed(cloud, port['security_groups'])


@jobs.job('server.unplug')
def unplug(cloud, server_id, port_id):
    """Take the port out of the machine; free it or delete it."""
    doc = cloud.store.get('server', server_id)
    if doc is None:
        return
    cloud.host.detach_port(server_id, port_id)
    with cloud.store.transaction():
        doc = cloud.store.get('server', server_id)
        cloud.store.update('server', server_id, port_ids=[
            p for p in doc['port_ids'] if p != port_id])
        port = cloud.store.get('port', port_id)
        if port and port['device_id'] == server_id:
            if port_id in doc['made_ports']:
                ports.forget(cloud, port)
            else:
                ports.unbind(cloud.store, port_id)
