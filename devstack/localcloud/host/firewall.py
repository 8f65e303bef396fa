# SPDX-License-Identifier: Apache-2.0
"""Security groups and floating addresses, enforced by nftables.

Every port is routed by the host (see ``networks``), so each packet from or
to a machine passes the inet hooks with the port's own interface, be its
other end a machine of the same network, of another one, or the host
itself. Connection tracking works there on any kernel; on a bridge it would
need nf_conntrack_bridge, which many kernels lack.

A port has two chains. A packet that one of them allows returns and goes on
to the next question; what reaches a chain's end is dropped.
"""

import ipaddress
import re

from localcloud.host import commands
from localcloud.host import errors

METADATA_IP = '169.254.169.254'

_MAC = re.compile(r'([0-9a-f]{2}:){5}[0-9a-f]{2}\Z')
_PROTOCOLS = {
    'icmp': 1, 'igmp': 2, 'ipip': 4, 'tcp': 6, 'egp': 8, 'udp': 17,
    'dccp': 33, 'gre': 47, 'esp': 50, 'ah': 51, 'ospf': 89, 'vrrp': 112,
    'pgm': 113, 'sctp': 132, 'udplite': 136, 'rsvp': 46}
_WITH_PORTS = (6, 17, 33, 132, 136)
_ICMP = 1

_BASE = """
add table inet {t}
add map inet {t} egress {{ type ifname : verdict; }}
add map inet {t} ingress {{ type ifname : verdict; }}
add set inet {t} ports {{ type ifname; }}
add set inet {t} floated {{ type ipv4_addr; }}
add map inet {t} to_fixed {{ type ipv4_addr : ipv4_addr; }}
add map inet {t} to_floating {{ type ipv4_addr : ipv4_addr; }}
add chain inet {t} from_port
add chain inet {t} to_port
add chain inet {t} early {{ type filter hook prerouting priority raw; }}
add chain inet {t} input {{ type filter hook input priority filter; }}
add chain inet {t} forward {{ type filter hook forward priority filter; }}
add chain inet {t} sending {{ type filter hook postrouting priority filter; }}
add chain inet {t} arriving {{ type nat hook prerouting priority dstnat; }}
add chain inet {t} leaving {{ type nat hook postrouting priority srcnat; }}
add chain inet {t} local {{ type nat hook output priority -100; }}
flush chain inet {t} from_port
flush chain inet {t} to_port
flush chain inet {t} early
flush chain inet {t} input
flush chain inet {t} forward
flush chain inet {t} sending
flush chain inet {t} arriving
flush chain inet {t} leaving
flush chain inet {t} local
add rule inet {t} early iifname "{p}*" meta nfproto ipv6 drop
add rule inet {t} from_port iifname != @ports drop
add rule inet {t} from_port iifname vmap @egress
add rule inet {t} to_port oifname != @ports drop
add rule inet {t} to_port oifname vmap @ingress
add rule inet {t} input iifname "{p}*" jump from_port
add rule inet {t} sending oifname "{p}*" jump to_port
add rule inet {t} forward iifname "{p}*" jump from_port
add rule inet {t} forward iifname "{p}*" oifname "{p}*" accept
add rule inet {t} forward iifname "{n}*" oifname "{p}*" accept
add rule inet {t} forward iifname "{p}*" oifname "{n}*" accept
add rule inet {t} forward iifname {{ "{p}*", "{n}*" }} drop
add rule inet {t} forward oifname {{ "{p}*", "{n}*" }} drop
add rule inet {t} arriving dnat ip to ip daddr map @to_fixed
add rule inet {t} local dnat ip to ip daddr map @to_fixed
add rule inet {t} leaving oifname "{n}*" snat ip to ip saddr map @to_floating
"""


class Firewall:
    """The one nft table of a cloud."""

    def __init__(self, names):
        self._names = names

    def ensure(self):
        """The table and its fixed part, as this version wants it."""
        self._apply([])

    def works(self):
        """Whether this kernel takes the table; changes nothing."""
        base = _BASE.format(t=f'{self._names.table}_trial',
                            p=self._names.ports, n=self._names.bridges)
        trial = base + (f'add rule inet {self._names.table}_trial from_port '
                        'fib daddr type local ct status & dnat != dnat drop')
        try:
            commands.run('nft', '--check', '-f', '-', stdin=trial)
        except errors.HostError:
            return False
        return True

    def set_port(self, port):
        """Let pass what a port's rules allow, and nothing else.

        Replaces what was said before in one step: no packet meets a
        half-written list.
        """
        name = self._names.port(port.port_id)
        lines = [f'add chain inet T {way}_{name}' for way in ('eg', 'in')]
        lines += [f'flush chain inet T {way}_{name}' for way in ('eg', 'in')]
        lines += [f'add rule inet T eg_{name} {rule}'
                  for rule in _egress(port, self._names)]
        lines += [f'add rule inet T in_{name} {rule}'
                  for rule in _ingress(port)]
        self._apply(lines + self._entries(name, 'add'))

    def remove_port(self, port_id):
        """Forget a port; what is not there is removed already."""
        name = self._names.port(port_id)
        chains = [f'chain inet T {way}_{name}' for way in ('eg', 'in')]
        # nft has no "delete if there": so it is there first.
        self._apply([f'add {chain}' for chain in chains]
                    + self._entries(name, 'add')
                    + self._entries(name, 'delete')
                    + [f'flush {chain}' for chain in chains]
                    + [f'delete {chain}' for chain in chains])

    def bind_floating(self, floating_ip, fixed_ip):
        """Lead a floating address to a fixed one."""
        self.unbind_floating(floating_ip)
        outer, inner = _address(floating_ip), _address(fixed_ip)
        self._apply([
            f'add element inet T to_fixed {{ {outer} : {inner} }}',
            f'add element inet T to_floating {{ {inner} : {outer} }}',
            f'add element inet T floated {{ {inner} }}'])

    def unbind_floating(self, floating_ip):
        """Forget a floating address."""
        outer = _address(floating_ip)
        inner = self.floating().get(outer)
        if inner:
            self._apply([
                f'delete element inet T to_fixed {{ {outer} }}',
                f'delete element inet T to_floating {{ {inner} }}',
                f'delete element inet T floated {{ {inner} }}'])

    def floating(self):
        """The bound addresses: floating -> fixed."""
        self.ensure()
        listed = commands.run('nft', 'list', 'map', 'inet',
                              self._names.table, 'to_fixed')
        return dict(re.findall(r'([\d.]+) : ([\d.]+)', listed))

    def exists(self):
        """Whether the table is there."""
        return f'table inet {self._names.table}' in commands.run(
            'nft', 'list', 'tables').splitlines()

    def remove(self):
        """Take the whole table away."""
        if self.exists():
            commands.run('nft', 'delete', 'table', 'inet', self._names.table)

    def _entries(self, name, verb):
        verdicts = {'add': {'egress': f' : jump eg_{name}',
                            'ingress': f' : jump in_{name}', 'ports': ''},
                    'delete': dict.fromkeys(
                        ('egress', 'ingress', 'ports'), '')}[verb]
        return [f'{verb} element inet T {where} {{ "{name}"{verdict} }}'
                for where, verdict in verdicts.items()]

    def _apply(self, lines):
        table = self._names.table
        base = _BASE.format(t=table, p=self._names.ports,
                            n=self._names.bridges)
        text = '\n'.join(lines).replace('inet T ', f'inet {table} ')
        commands.run('nft', '-f', '-', stdin=f'{base}{text}\n')


def _egress(port, names):
    mac = port.mac.lower()
    if not _MAC.match(mac):
        raise errors.HostError(f'{port.mac!r} is no MAC address.')
    cidr = ipaddress.ip_network(port.cidr, strict=False)
    if port.rules is not None:
        yield f'ether saddr != {mac} drop'
        yield f'ip saddr != {_address(port.ip)} drop'
    yield 'ct state established,related return'
    # The host answers at the gateway address only, whatever else it has.
    gateway = [_address(port.gateway_ip)] if port.gateway_ip else []
    served = ', '.join([*gateway, METADATA_IP])
    yield f'fib daddr type local ip daddr != {{ {served} }} drop'
    yield f'ip daddr {METADATA_IP} tcp dport 80 return'
    # Other networks only through their floating addresses, and the outside
    # only with a floating address of one's own.
    yield (f'oifname "{names.ports}*" ip daddr != {cidr} '
           f'ct status & dnat != dnat drop')
    yield f'oifname "{names.bridges}*" ip saddr != @floated drop'
    yield from _allowed(port.rules, 'egress', 'daddr')


def _ingress(port):
    yield 'ct state established,related return'
    yield from _allowed(port.rules, 'ingress', 'saddr')


def _allowed(rules, direction, peer):
    if rules is None:
        yield 'return'
        return
    yield 'ct state invalid drop'
    for rule in rules:
        if rule.direction == direction and rule.ethertype == 'IPv4':
            yield _expression(rule, peer) + ' return'
    yield 'drop'


def _expression(rule, peer):
    words = ['meta nfproto ipv4']
    if rule.remote_cidr:
        words.append(f'ip {peer} {_network(rule.remote_cidr)}')
    protocol = _protocol(rule.protocol)
    if protocol is not None:
        words.append(f'ip protocol {protocol}')
    low, high = rule.port_min, rule.port_max
    if protocol == _ICMP and low is not None:
        words.append(f'icmp type {int(low)}')
        if high is not None:
            words.append(f'icmp code {int(high)}')
    elif low is not None or high is not None:
        if protocol not in _WITH_PORTS:
            raise errors.HostError(
                f'Protocol {rule.protocol!r} has no ports.')
        first = int(high if low is None else low)
        last = int(low if high is None else high)
        words.append(f'th dport {first}-{last}')
    return ' '.join(words)


def _protocol(protocol):
    if protocol is None or str(protocol).lower() in ('any', '0', ''):
        return None
    number = _PROTOCOLS.get(str(protocol).lower(), protocol)
    try:
        return int(number)
    except ValueError as error:
        raise errors.HostError(
            f'{protocol!r} is no protocol of IPv4.') from error


def _network(cidr):
    try:
        return ipaddress.IPv4Network(cidr, strict=False)
    except ValueError as error:
        raise errors.HostError(f'{cidr!r} is no IPv4 network.') from error


def _address(address):
    try:
        return str(ipaddress.IPv4Address(address))
    except ValueError as error:
        raise errors.HostError(f'{address!r} is no IPv4 address.') from error
