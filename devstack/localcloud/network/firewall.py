# SPDX-License-Identifier: Apache-2.0
"""From security groups to the rules that the host enforces."""
import ipaddress

from localcloud import errors
from localcloud import jobs
from localcloud import web
from localcloud.host import specs

NUMBERS = {'icmp': 1, 'tcp': 6, 'udp': 17, 'icmpv6': 58}


def checked(fields):
    """A rule's fields as they are stored; a 400 for what cannot be."""
    fields = dict(fields)
    if fields.get('direction') not in ('ingress', 'egress'):
        raise errors.BadRequest("'direction' is ingress or egress.",
                                kind='HTTPBadRequest')
    if fields.setdefault('ethertype', 'IPv4') not in ('IPv4', 'IPv6'):
        raise errors.BadRequest("'ethertype' is IPv4 or IPv6.",
                                kind='HTTPBadRequest')
    _check_protocol(fields)
    _check_ports(fields)
    if fields.get('remote_ip_prefix') and fields.get('remote_group_id'):
        raise errors.BadRequest(
            'Only remote_ip_prefix or remote_group_id may be provided.',
            kind='SecurityGroupRemoteGroupAndRemoteIpPrefix')
    if fields.get('remote_ip_prefix'):
        try:
            fields['remote_ip_prefix'] = str(ipaddress.ip_network(
                fields['remote_ip_prefix'], strict=False))
        except ValueError as error:
            raise errors.BadRequest(
                f'Invalid input for remote_ip_prefix: {error}.',
                kind='HTTPBadRequest') from error
    return fields


def _check_protocol(fields):
    protocol = fields.get('protocol')
    if protocol in (None, '', 'any', -1, '-1'):
        fields['protocol'] = None
        return
    protocol = str(protocol).lower()
    known = protocol in NUMBERS or protocol in ('sctp', 'gre', 'esp', 'ah')
    if not known and not (protocol.isdigit() and int(protocol) < 256):
        raise errors.BadRequest(
            f'Security group rule protocol {protocol} not supported.',
            kind='SecurityGroupRuleInvalidProtocol')
    fields['protocol'] = protocol


def _check_ports(fields):
    low, high = fields.get('port_range_min'), fields.get('port_range_max')
    if low is None and high is None:
        return
    if fields['protocol'] is None:
        raise errors.BadRequest(
            'Must also specify protocol if port range is given.',
            kind='SecurityGroupProtocolRequiredWithPorts')
    low = web.number(low, 'port_range_min', 0) if low is not None else None
    high = web.number(high, 'port_range_max', 0) if high is not None else None
    if fields['protocol'] in ('tcp', 'udp', '6', '17'):
        if low is None or high is None or low > high or high > 65535:
            raise errors.BadRequest(
                'For TCP/UDP protocols, port_range_min must be <= '
                'port_range_max', kind='SecurityGroupInvalidPortRange')
    fields['port_range_min'], fields['port_range_max'] = low, high


def rules_for(store, port):
    """What may pass at a port; None where port security is off."""
    if not port['port_security_enabled']:
        return None
    found = []
    for group_id in port['security_groups']:
        for rule in store.find('security_group_rule',
                               security_group_id=group_id):
            found.extend(_host_rules(store, rule))
    return tuple(dict.fromkeys(found))


def _host_rules(store, rule):
    if rule['ethertype'] != 'IPv4':
        return
    remotes = [rule['remote_ip_prefix']]
    if rule['remote_group_id']:
        remotes = _members(store, rule['remote_group_id'])
    for remote in remotes:
        yield specs.Rule(
            direction=rule['direction'], ethertype='IPv4',
            protocol=rule['protocol'], port_min=rule['port_range_min'],
            port_max=rule['port_range_max'], remote_cidr=remote)


def _members(store, group_id):
    return sorted(f'{ip["ip_address"]}/32' for port in store.find('port')
                  if group_id in port['security_groups']
                  for ip in port['fixed_ips'])


def port_changed(cloud, port_id):
    """The rules of one port are to be looked at again."""
    cloud.jobs.add('port.rules', port_id)


def group_changed(cloud, group_id):
    """A rule came or went: every port of the group."""
    for port in cloud.store.find('port'):
        if group_id in port['security_groups']:
            port_changed(cloud, port['id'])


def members_changed(cloud, group_ids):
    """Members came or went: every port of groups that trust these."""
    trusting = {rule['security_group_id'] for group_id in group_ids
                for rule in cloud.store.find('security_group_rule',
                                             remote_group_id=group_id)}
    if not trusting:
        return
    for port in cloud.store.find('port', status='ACTIVE'):
        if trusting.intersection(port['security_groups']):
            port_changed(cloud, port['id'])


@jobs.job('port.rules')
def apply(cloud, port_id):
    """Bring the rules of a plugged port up to date."""
    port = cloud.store.get('port', port_id)
    if port and port['device_id'] and port['status'] == 'ACTIVE':
        cloud.host.apply_rules(port_id, rules_for(cloud.store, port))
