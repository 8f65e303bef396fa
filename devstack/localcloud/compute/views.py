# SPDX-License-Identifier: Apache-2.0
"""How servers look, in each microversion."""
import hashlib

from localcloud import clock

STATUS = {'building': 'BUILD', 'active': 'ACTIVE', 'stopped': 'SHUTOFF',
          'resized': 'VERIFY_RESIZE', 'error': 'ERROR'}
BUSY = {'rebooting': 'REBOOT', 'rebooting_hard': 'HARD_REBOOT',
        'resize_migrating': 'RESIZE', 'resize_reverting': 'REVERT_RESIZE',
        'rebuilding': 'REBUILD'}
POWER = {'active': 1, 'resized': 1, 'stopped': 4}


def status(doc):
    """The one word for a server's state."""
    return BUSY.get(doc['task_state'], STATUS[doc['vm_state']])


class Surroundings:
    """What servers refer to, looked up once: for all or for one."""

    def __init__(self, store, server_id=None):
        where = {'device_id': server_id} if server_id else {}
        self.networks = {n['id']: n['name'] for n in store.find('network')}
        self.floating = {f['port_id']: f for f in store.find('floatingip')}
        self.groups = {g['id']: g['name']
                       for g in store.find('security_group')}
        self.ports = {}
        for port in store.find('port', **where):
            self.ports.setdefault(port['device_id'], []).append(port)

    def ports_of(self, doc):
        """A server's ports, in the order in which it has them."""
        order = {port_id: i for i, port_id in enumerate(doc['port_ids'])}
        return sorted((p for p in self.ports.get(doc['id'], ())
                       if p['id'] in order), key=lambda p: order[p['id']])

    def addresses(self, doc):
        """The addresses by the name of their network."""
        found = {}
        for port in self.ports_of(doc):
            name = self.networks.get(port['network_id'], '')
            fixed = [ip['ip_address'] for ip in port['fixed_ips']]
            entries = [(a, 'fixed') for a in fixed]
            if port['id'] in self.floating:
                entries.append((self.floating[port['id']][
                    'floating_ip_address'], 'floating'))
            found.setdefault(name, []).extend({
                'version': 4, 'addr': address, 'OS-EXT-IPS:type': kind,
                'OS-EXT-IPS-MAC:mac_addr': port['mac_address']}
                for address, kind in entries)
        return found

    def security_groups(self, doc):
        """The names of the groups that guard the server."""
        ids = dict.fromkeys(g for p in self.ports_of(doc)
                            for g in p['security_groups'])
        return [{'name': self.groups.get(g, g)} for g in ids]


def links(call, doc):
    """The two links of a server."""
    return [{'rel': 'self', 'href': call.url(
                f'/compute/v2.1/servers/{doc["id"]}')},
            {'rel': 'bookmark', 'href': call.url(
                f'/compute/servers/{doc["id"]}')}]


def brief(call, doc):
    """As /servers lists it."""
    return {'id': doc['id'], 'name': doc['name'], 'links': links(call, doc)}


def flavor(call, doc):
    """The flavor: a reference, or from 2.47 on what it was at boot."""
    own = doc['flavor']
    if call.version >= (2, 47):
        return {'original_name': own['name'], 'vcpus': own['vcpus'],
                'ram': own['ram'], 'disk': own['disk'], 'swap': own['swap'],
                'ephemeral': own['ephemeral'],
                'extra_specs': own['extra_specs']}
    return {'id': own['id'], 'links': [{'rel': 'bookmark', 'href': call.url(
        f'/compute/flavors/{own["id"]}')}]}


def detail(call, doc, around):
    """As /servers/detail and show give it."""
    host = f'{doc["project_id"]}localcloud'.encode()
    shown = dict(
        brief(call, doc), status=status(doc), tenant_id=doc['project_id'],
        user_id=doc['user_id'], metadata=doc['metadata'],
        hostId=hashlib.sha224(host).hexdigest(),
        image={'id': doc['image_id'], 'links': [{
            'rel': 'bookmark', 'href': call.url(
                f'/compute/images/{doc["image_id"]}')}]},
        flavor=flavor(call, doc), created=clock.seconds(doc['created_at']),
        updated=clock.seconds(doc['updated_at']),
        addresses=around.addresses(doc), accessIPv4='', accessIPv6='',
        progress=100 if doc['vm_state'] == 'active' else 0,
        key_name=doc['key_name'],
        config_drive='True' if doc['config_drive'] else '',
        security_groups=around.security_groups(doc))
    shown.update(_extended(call, doc))
    if doc['fault'] and shown['status'] == 'ERROR':
        shown['fault'] = doc['fault']
    _newer(call, doc, shown)
    return shown


def _extended(call, doc):
    found = {
        'OS-DCF:diskConfig': 'MANUAL',
        'OS-EXT-AZ:availability_zone': doc['availability_zone'],
        'OS-EXT-STS:task_state': doc['task_state'],
        'OS-EXT-STS:vm_state': doc['vm_state'],
        'OS-EXT-STS:power_state': POWER.get(doc['vm_state'], 0),
        'OS-SRV-USG:launched_at': clock.bare(doc['launched_at']),
        'OS-SRV-USG:terminated_at': None,
        'os-extended-volumes:volumes_attached': [
            {'id': v['volume_id'],
             'delete_on_termination': v['delete_on_termination']}
            if call.version >= (2, 3) else {'id': v['volume_id']}
            for v in doc['volumes']]}
    if call.ctx.is_admin:
        prefix = 'OS-EXT-SRV-ATTR:'
        found.update({
            f'{prefix}host': 'localcloud',
            f'{prefix}hypervisor_hostname': 'localcloud',
            f'{prefix}instance_name': f'instance-{doc["id"][:8]}'})
    if call.version >= (2, 90) or call.ctx.is_admin and (
            call.version >= (2, 3)):
        found['OS-EXT-SRV-ATTR:hostname'] = doc['hostname']
    return found


def _newer(call, doc, shown):
    if call.version >= (2, 9):
        shown['locked'] = doc['locked']
    if call.version >= (2, 73):
        shown['locked_reason'] = None
    if call.version >= (2, 16) and call.ctx.is_admin:
        shown['host_status'] = 'UP'
    if call.version >= (2, 19):
        shown['description'] = doc['description']
    if call.version >= (2, 26):
        shown['tags'] = doc['tags']
    if call.version >= (2, 63):
        shown['trusted_image_certificates'] = None
    if call.version >= (2, 71):
        shown['server_groups'] = [doc['group_id']] if doc['group_id'] else []
