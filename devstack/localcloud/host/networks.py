# SPDX-License-Identifier: Apache-2.0
"""Networks and ports: a bridge that carries the gateway, and routed ports.

A network is a bridge interface with the gateway's address. A port is a veth
pair between the host and the machine's network namespace. The host's end is
not a member of the bridge: the host routes to it (one /32 route) and
answers ARP for its neighbours (proxy ARP), so that every packet between two
machines passes the host's firewall. To the machine it looks like an
ordinary subnet, unicast only. Host ends share one MAC address and know
their machine's by a permanent entry: no ARP cache can go stale or be
poisoned.

Forwarding is switched on for our own interfaces only; the host does not
become a router.
"""

import dataclasses
import ipaddress
import json
import os
import pathlib
import threading

from localcloud.host import commands
from localcloud.host import errors
from localcloud.host import files
from localcloud.host import firewall
from localcloud.host import names as naming
from localcloud.host import specs

_HOST_MAC = 'ee:ee:ee:ee:ee:ee'
_NAMESPACES = pathlib.Path('/run/netns')
_SYS = pathlib.Path('/proc/sys/net')


class Networks:
    """The networks and ports of one cloud."""

    def __init__(self, folder, names, wall):
        self._folder = pathlib.Path(folder)     # one file per plugged port
        self._names = names
        self._wall = wall
        self._lock = threading.RLock()

    def ensure(self, network_id, cidr, gateway_ip, metadata):
        """The network's bridge with the gateway's address on it."""
        bridge = self._names.bridge(network_id)
        network = ipaddress.IPv4Network(cidr)
        with self._lock:
            self._wall.ensure()
            _refuse_overlap(network, bridge, self._names.bridges)
            have = _interfaces()
            if bridge not in have:
                commands.run('ip', 'link', 'add', bridge, 'type', 'bridge')
            wanted = [f'{gateway_ip}/{network.prefixlen}'] * bool(gateway_ip)
            wanted += [f'{firewall.METADATA_IP}/32'] * bool(metadata)
            lines = [f'address del {address} dev {bridge}'
                     for address in have.get(bridge, ())
                     if address not in wanted]
            lines += [f'address replace {address} dev {bridge}'
                      for address in wanted]
            _batch([*lines, f'link set {bridge} up'])
            _tune(bridge)

    def remove(self, network_id):
        """Take a network away, if it is there."""
        bridge = self._names.bridge(network_id)
        with self._lock:
            _remove(bridge)

    def plug(self, machine, index, port, default_route):
        """Give a machine's namespace the interface eth<index>.

        An interface left by an earlier life of the machine is replaced.
        """
        outer = self._names.port(port.port_id)
        if not _exists(self._names.bridge(port.network_id)):
            raise errors.HostError(
                f'Network {port.network_id} of port {port.port_id} is not '
                f'there.')
        self._note(port)
        self._wall.set_port(port)
        _remove(outer)
        prefix = ipaddress.IPv4Network(port.cidr, strict=False).prefixlen
        source = f' src {port.gateway_ip}' if port.gateway_ip else ''
        inner = f'eth{index}'
        commands.run('ip', 'link', 'add', outer, 'address', _HOST_MAC,
                     'type', 'veth', 'peer', 'name', inner,
                     'address', port.mac, 'netns', machine)
        _tune(outer, proxy=True)
        _batch([f'link set {outer} up',
                f'neigh replace {port.ip} lladdr {port.mac} dev {outer} '
                f'nud permanent',
                f'route replace {port.ip}/32 dev {outer}{source}'])
        lines = [f'address replace {port.ip}/{prefix} dev {inner}',
                 f'link set {inner} up']
        if default_route and port.gateway_ip:
            lines.append(f'route replace default via {port.gateway_ip}')
        _batch(lines, machine)

    def unplug(self, port_id):
        """Take a port out of its machine, if it is in one."""
        outer = self._names.port(port_id)
        _remove(outer)
        self._wall.remove_port(port_id)
        self._file(port_id).unlink(missing_ok=True)

    def apply_rules(self, port_id, rules):
        """Replace the rules of a plugged port.

        A port that is not plugged gets its rules when it is.
        """
        noted = files.text(self._file(port_id))
        if noted is not None:
            rules = None if rules is None else tuple(rules)
            port = specs.PortSpec(**json.loads(noted), rules=rules)
            self._wall.set_port(port)

    def bind_floating(self, floating_ip, fixed_ip, network_id):
        """Make a floating address of a network lead to a fixed one."""
        self._wall.bind_floating(floating_ip, fixed_ip)
        bridge = self._names.bridge(network_id)
        own = [address.partition('/')[0]
               for address in _interfaces().get(bridge, ())]
        own = [ip for ip in own if ip != firewall.METADATA_IP]
        source = f' src {own[0]}' if own else ''
        # Who is plugged into the bridge finds the address by proxy ARP,
        # for which the kernel wants a route that leads elsewhere.
        _batch([f'route replace {floating_ip}/32 dev lo{source}',
                f'neigh replace proxy {floating_ip} dev {bridge}'])

    def unbind_floating(self, floating_ip):
        """Undo ``bind_floating``, if it was done."""
        self._wall.unbind_floating(floating_ip)
        routes = json.loads(commands.run(
            'ip', '-j', 'route', 'show', f'{floating_ip}/32', 'dev', 'lo')
            or '[]')
        lines = [f'route del {floating_ip}/32 dev lo' for _ in routes]
        for name in _interfaces():
            if name.startswith(self._names.bridges):
                listed = commands.run('ip', 'neigh', 'show', 'proxy',
                                      'dev', name)
                if floating_ip in listed.split():
                    lines.append(
                        f'neigh del proxy {floating_ip} dev {name}')
        _batch(lines)

    def free_index(self, machine):
        """The number of the first free eth<n> of a machine."""
        listed = json.loads(commands.run(
            'ip', '-n', machine, '-j', 'link', 'show'))
        taken = {link.get('ifname') for link in listed}
        return next(index for index in range(len(taken) + 1)
                    if f'eth{index}' not in taken)

    def ensure_namespace(self, machine):
        """A network namespace of the machine's name, with lo up."""
        with self._lock:
            if not os.path.ismount(_NAMESPACES / machine):
                # A file without the mount on it: its maker was killed.
                (_NAMESPACES / machine).unlink(missing_ok=True)
                commands.run('ip', 'netns', 'add', machine)
        _batch(['link set lo up'], machine)

    def remove_namespace(self, machine):
        """Take a namespace away, if it is there."""
        with self._lock:
            if os.path.ismount(_NAMESPACES / machine):
                commands.run('ip', 'netns', 'del', machine)
            (_NAMESPACES / machine).unlink(missing_ok=True)

    def leftovers(self):
        """The interfaces under the prefix."""
        return [name for name in os.listdir('/sys/class/net')
                if self._names.owns(name)]

    def _note(self, port):
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fields = dataclasses.asdict(port)
        del fields['rules']
        files.replace(self._file(port.port_id), json.dumps(fields))

    def _file(self, port_id):
        return self._folder / f'{naming.checked(port_id)}.json'


def namespaces():
    """The names of all network namespaces."""
    return [entry.name for entry in _NAMESPACES.iterdir()] \
        if _NAMESPACES.is_dir() else []


def _exists(interface):
    return os.path.exists(f'/sys/class/net/{interface}')


def _remove(interface):
    try:
        if _exists(interface):
            commands.run('ip', 'link', 'del', interface)
    except errors.HostError:
        # It may have gone by itself, with the namespace of its other end.
        if _exists(interface):
            raise


def _interfaces():
    listed = json.loads(commands.run('ip', '-j', '-4', 'address', 'show'))
    found = {link['ifname']: [
        f'{info["local"]}/{info["prefixlen"]}'
        for info in link.get('addr_info', ())] for link in listed if link}
    # With -4, interfaces without an address are left out.
    for name in os.listdir('/sys/class/net'):
        found.setdefault(name, [])
    return found


def _refuse_overlap(network, bridge, ours):
    for name, addresses in _interfaces().items():
        for address in addresses:
            taken = ipaddress.IPv4Interface(address).network
            if (name != bridge and taken.overlaps(network)
                    and taken.prefixlen < 32):
                raise errors.HostError(
                    f'The network {network} overlaps with {taken} on {name}; '
                    + ('that is left of an earlier cloud of this name: '
                       '"trovestack clean" removes it.'
                       if name.startswith(ours)
                       else 'choose another range.'))


def _tune(interface, proxy=False):
    conf = _SYS / 'ipv4' / 'conf' / interface
    files.kernel(conf / 'forwarding', 1)
    files.kernel(conf / 'send_redirects', 0)
    # The kernel waits up to 0.8 s before it answers for others.
    files.kernel(_SYS / 'ipv4/neigh' / interface / 'proxy_delay', 0)
    if proxy:
        files.kernel(conf / 'proxy_arp', 1)
    ipv6 = _SYS / 'ipv6' / 'conf' / interface / 'disable_ipv6'
    if ipv6.exists():
        files.kernel(ipv6, 1)


def _batch(lines, machine=None):
    if lines:
        where = ('-n', machine) if machine else ()
        commands.run('ip', *where, '-batch', '-',
                     stdin='\n'.join(lines) + '\n')
