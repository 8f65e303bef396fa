# SPDX-License-Identifier: Apache-2.0
"""The network side of a server: which ports it has."""
from localcloud import errors
from localcloud.network import networks
from localcloud.network import ports


def claim(call, doc, body):
    """Ports for a new server: given ones bound, missing ones made."""
    wanted = body.get('networks', 'auto')
    if wanted == 'none' or wanted == []:
        wanted = []
    elif wanted == 'auto':
        wanted = _automatic(call)
    elif not isinstance(wanted, list):
        raise errors.BadRequest("'networks' is a list, 'auto' or 'none'.")
    groups = _groups(call, body.get('security_groups'))
    port_ids, made = [], []
    for wish in wanted:
        port, is_new = one(call, doc, wish, groups)
        port_ids.append(port['id'])
        if is_new:
            made.append(port['id'])
    return {'port_ids': port_ids, 'made_ports': made}


def _automatic(call):
    """The one network that the project has."""
    own = [n for n in call.store.find('network')
           if not n['router:external'] and n['subnets'] and (
               n['shared'] or n['project_id'] == call.ctx.project_id)]
    if len(own) > 1:
        raise errors.Conflict('Multiple possible networks found, use a '
                              'Network ID to be more specific.')
    return [{'uuid': n['id']} for n in own]


def one(call, doc, wish, groups=None):
    """A port for a server, and whether it was made for it."""
    if wish.get('port'):
        return _given(call, doc, wish['port']), False
    if not wish.get('uuid'):
        raise errors.BadRequest("Each network needs a 'uuid' or a 'port'.")
    try:
        network = networks.need(call, wish['uuid'])
    except errors.NotFound as error:
        raise errors.BadRequest(
            f'Network {wish["uuid"]} could not be found.') from error
    if network['router:external'] and not call.ctx.is_admin:
        raise errors.Forbidden('It is not allowed to create an interface on '
                               f'external network {network["id"]}')
    if not network['subnets']:
        raise errors.BadRequest(f'Network {network["id"]} requires a subnet '
                                'in order to boot instances on.')
    fixed = [{'ip_address': wish['fixed_ip']}] if wish.get(
        'fixed_ip') else None
    try:
        port = ports.new(call.store, network, doc['project_id'], fixed,
                         security_groups=groups)
    except errors.Conflict as error:
        if error.kind == 'OverQuota':
            raise errors.Forbidden('Maximum number of ports exceeded'
                                   ) from error
        raise errors.BadRequest(str(error)) from error
    return ports.bind(call.store, port['id'], doc['id']), True


def _given(call, doc, port_id):
    port = call.store.get('port', port_id)
    if port is None or not call.owns(port):
        raise errors.BadRequest(f'Port {port_id} could not be found.')
    if port['device_id']:
        raise errors.Conflict(f'Port {port_id} is still in use.')
    if not port['fixed_ips']:
        raise errors.BadRequest(f'Port {port_id} requires a FixedIP in '
                                'order to be used.')
    return ports.bind(call.store, port_id, doc['id'])


def _groups(call, wanted):
    """Ids of the groups that are named, for ports made here."""
    if not wanted:
        return None
    own = call.store.find('security_group', project_id=call.ctx.project_id)
    found = []
    for entry in wanted:
        name = entry.get('name')
        match = [g['id'] for g in own if name in (g['id'], g['name'])]
        if match:
            found.append(match[0])
        elif name != 'default':
            raise errors.BadRequest(f'Security group {name} not found for '
                                    f'project {call.ctx.project_id}.')
    return found or None
