# SPDX-License-Identifier: Apache-2.0
"""Which address a port gets."""
import ipaddress
import secrets

from localcloud import errors


def network_of(cidr):
    """A CIDR read strictly enough to tell the caller what is wrong."""
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise errors.BadRequest(
            f"Invalid input for cidr: '{cidr}' is not an IPv4 network: "
            f'{error}.', kind='HTTPBadRequest') from error


def pools(network, reserved):
    """The default pool: every host address but the reserved one."""
    first, last = network.network_address + 1, network.broadcast_address - 1
    if reserved and ipaddress.IPv4Address(reserved) == first:
        first += 1
    return [{'start': str(first), 'end': str(last)}]


def taken(store, network_id):
    """Every address in use on a network."""
    used = {ip['ip_address'] for addresses in store.pick(
        'port', 'fixed_ips', network_id=network_id) for ip in addresses}
    for subnet in store.find('subnet', network_id=network_id):
        used |= {subnet['gateway_ip'], subnet['_host_ip']}
    return used


def allocate(store, network_id, wanted=None):
    """Fixed addresses for a new port, in the words of the API."""
    subnets = store.find('subnet', network_id=network_id)
    used = taken(store, network_id)
    if wanted is None:
        wanted = [{'subnet_id': subnets[0]['id']}] if subnets else []
    found = []
    for wish in wanted:
        address = _one(subnets, used, wish, network_id)
        used.add(address['ip_address'])
        found.append(address)
    return found


def _one(subnets, used, wish, network_id):
    by_id = {s['id']: s for s in subnets}
    if wish.get('subnet_id') and wish['subnet_id'] not in by_id:
        raise errors.NotFound(
            f'Subnet {wish["subnet_id"]} could not be found.',
            kind='SubnetNotFound')
    usable = ([by_id[wish['subnet_id']]] if wish.get('subnet_id')
              else subnets)
    if wish.get('ip_address'):
        return _fixed(usable, used, wish['ip_address'])
    for subnet in usable:
        address = _free(subnet, used)
        if address:
            return {'subnet_id': subnet['id'], 'ip_address': address}
    raise errors.Conflict(
        f'No more IP addresses available on network {network_id}.',
        kind='IpAddressGenerationFailure')


def _fixed(subnets, used, text):
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError as error:
        raise errors.BadRequest(
            f"'{text}' is not a valid IP address.",
            kind='HTTPBadRequest') from error
    for subnet in subnets:
        if address in ipaddress.IPv4Network(subnet['cidr']):
            if str(address) in used:
                raise errors.Conflict(
                    f'IP address {text} already allocated in subnet '
                    f'{subnet["id"]}', kind='IpAddressAlreadyAllocated')
            return {'subnet_id': subnet['id'], 'ip_address': str(address)}
    raise errors.BadRequest(
        f'IP address {text} is not a valid IP for any of the subnets on '
        'the network.', kind='InvalidIpForNetwork')


def _free(subnet, used):
    taken_numbers = {int(ipaddress.IPv4Address(ip)) for ip in used if ip}
    for pool in subnet['allocation_pools']:
        first = int(ipaddress.IPv4Address(pool['start']))
        last = int(ipaddress.IPv4Address(pool['end']))
        for address in range(first, last + 1):
            if address not in taken_numbers:
                return str(ipaddress.IPv4Address(address))
    return None


def mac():
    """A hardware address with the prefix that OpenStack uses."""
    tail = secrets.token_bytes(3)
    return 'fa:16:3e:' + ':'.join(f'{byte:02x}' for byte in tail)
