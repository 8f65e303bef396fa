# SPDX-License-Identifier: Apache-2.0
"""Real TCP between namespaces and the host, allowed and not."""

import contextlib
import ipaddress
import socket
import subprocess
import sys

import pytest

from localcloud.host import errors
from localcloud.host import specs

_SERVE = r"""
import socket, sys, threading
def answer(port):
    server = socket.create_server((sys.argv[1], port))
    print('serving\n', end='', flush=True)
    while True:
        peer, address = server.accept()
        peer.sendall(address[0].encode())
        peer.close()
for port in map(int, sys.argv[2:]):
    threading.Thread(target=answer, args=(port,)).start()
"""
_ASK = """
import socket, sys
source, target, port = sys.argv[1:]
peer = socket.create_connection((target, int(port)), 0.7, (source, 0))
print(peer.recv(99).decode())
"""
DB = specs.Rule(direction='ingress', protocol='tcp', port_min=3306,
                port_max=3306)
OUT = specs.Rule(direction='egress')


class Net:
    """Namespaces instead of machines: the same ports, no boot."""

    def __init__(self, cloud, stack):
        self.cloud = cloud
        self.networks = cloud.host.networks
        self._stack = stack

    def space(self, number, rules, **changes):
        """A namespace with a port; its servers answer 3306 and 4444."""
        name = self.cloud.host.names.machine(f'server-{number}')
        self.networks.ensure_namespace(name)
        port = self.cloud.port(number, rules, **changes)
        self.networks.plug(name, 0, port, default_route=True)
        self.serve(name, 3306, 4444)
        return name

    def serve(self, name, *ports, address=''):
        server = subprocess.Popen(
            [*_in(name), sys.executable, '-c', _SERVE, address,
             *map(str, ports)],
            stdout=subprocess.PIPE, text=True)
        self._stack.callback(server.communicate)
        self._stack.callback(server.kill)
        for _ in ports:
            assert server.stdout.readline() == 'serving\n'

    def ask(self, name, target, port, source=''):
        """The address that the server saw, or None if it was not reached."""
        done = subprocess.run(
            [*_in(name), sys.executable, '-c', _ASK, source, target,
             str(port)], capture_output=True, text=True, timeout=30)
        return done.stdout.strip() if done.returncode == 0 else None


def _in(name):
    return ('ip', 'netns', 'exec', name) if name else ()


@pytest.fixture
def net(cloud):
    with contextlib.ExitStack() as stack:
        yield Net(cloud, stack)


def test_only_allowed_ports_are_reached_by_host_and_neighbour(net):
    one, _ = net.space(1, (OUT,)), net.space(2, (OUT, DB))
    for asker, seen in ((one, '10.213.16.11'), (None, '10.213.16.1')):
        assert net.ask(asker, '10.213.16.12', 3306) == seen
        assert net.ask(asker, '10.213.16.12', 4444) is None
    assert net.ask(None, '10.213.16.11', 3306) is None


def test_without_egress_rules_nothing_new_leaves(net):
    one, two = net.space(1, (DB,)), net.space(2, (OUT, DB))
    assert net.ask(one, '10.213.16.12', 3306) is None
    assert net.ask(two, '10.213.16.11', 3306) == '10.213.16.12'


def test_rules_change_under_a_plugged_port(net):
    one, _ = net.space(1, (OUT,)), net.space(2, ())
    assert net.ask(one, '10.213.16.12', 4444) is None
    net.cloud.again().apply_rules('port-2', [specs.Rule(
        direction='ingress', protocol='6', port_min=4000, port_max=5000,
        remote_cidr='10.213.16.11/32')])
    assert net.ask(one, '10.213.16.12', 4444) == '10.213.16.11'
    assert net.ask(None, '10.213.16.12', 4444) is None
    net.cloud.host.apply_rules('port-2', None)
    assert net.ask(None, '10.213.16.12', 4444) == '10.213.16.1'
    net.cloud.host.apply_rules('port-2', [])
    assert net.ask(one, '10.213.16.12', 4444) is None


def test_rules_of_an_unplugged_port_are_no_error(net):
    net.cloud.host.apply_rules('port-99', [DB])


def test_borrowed_addresses_do_not_pass(net):
    one, _ = net.space(1, (OUT,)), net.space(2, (OUT, DB))
    subprocess.run(['ip', '-n', one, 'address', 'add', '10.213.16.99/24',
                    'dev', 'eth0'], check=True)
    assert net.ask(one, '10.213.16.12', 3306, '10.213.16.99') is None
    assert net.ask(one, '10.213.16.12', 3306) is not None
    subprocess.run(['ip', '-n', one, 'link', 'set', 'eth0', 'address',
                    'fa:16:3e:99:99:99'], check=True)
    assert net.ask(one, '10.213.16.12', 3306) is None


def test_host_answers_at_gateway_and_metadata_address_only(net):
    one = net.space(1, (OUT,))
    net.cloud.host.ensure_network('other', '10.213.17.0/24',
                                  '10.213.17.1', False)
    net.serve(None, 48880)
    assert net.ask(one, '10.213.16.1', 48880) == '10.213.16.11'
    assert net.ask(one, '10.213.17.1', 48880) is None
    for address in _addresses_of_this_host():
        assert net.ask(one, address, 48880) is None


def test_metadata_address_needs_no_rule(net):
    one = net.space(1, ())
    net.serve(None, 80, address='169.254.169.254')
    assert net.ask(one, '169.254.169.254', 80) == '10.213.16.11'


def test_networks_are_strangers_to_each_other(net):
    net.cloud.host.ensure_network('other', '10.213.17.0/24',
                                  '10.213.17.1', False)
    one = net.space(1, None)
    two = net.space(2, None, network_id='other', ip='10.213.17.12',
                    cidr='10.213.17.0/24', gateway_ip='10.213.17.1')
    assert net.ask(one, '10.213.17.12', 3306) is None
    assert net.ask(two, '10.213.16.11', 3306) is None


def test_there_is_no_way_out_of_the_host(net):
    one = net.space(1, None)
    with open('/proc/net/route', encoding='ascii') as table:
        routes = [line.split() for line in table][1:]
    gateways = [socket.inet_ntoa(bytes.fromhex(route[2])[::-1])
                for route in routes if route[2] != '00000000']
    for gateway in gateways:
        done = subprocess.run(
            [*_in(one), sys.executable, '-c', _ASK, '', gateway, '9'],
            capture_output=True, text=True, timeout=30)
        assert 'timed out' in done.stderr


def test_floating_address_leads_in_from_everywhere(net):
    host = net.cloud.host
    host.ensure_network('public', '10.213.32.0/24', '10.213.32.1', False)
    net.space(1, (OUT, DB))
    two = net.space(2, (OUT,))
    outside = _plug_into_bridge(net, 'public', '10.213.32.200/24')
    host.bind_floating('10.213.32.50', '10.213.16.11', 'public')
    host.bind_floating('10.213.32.50', '10.213.16.11', 'public')
    for asker, seen in ((None, '10.213.32.1'), (two, '10.213.16.12'),
                        (outside, '10.213.32.200')):
        assert net.ask(asker, '10.213.32.50', 3306) == seen
        assert net.ask(asker, '10.213.32.50', 4444) is None
    host.bind_floating('10.213.32.50', '10.213.16.12', 'public')
    assert net.ask(None, '10.213.32.50', 3306) is None
    host.unbind_floating('10.213.32.50')
    host.unbind_floating('10.213.32.50')
    host.apply_rules('port-2', None)
    assert net.ask(None, '10.213.32.50', 3306) is None


def test_floating_address_leads_out_under_its_own_name(net):
    host = net.cloud.host
    host.ensure_network('public', '10.213.32.0/24', '10.213.32.1', False)
    one = net.space(1, (OUT,))
    outside = _plug_into_bridge(net, 'public', '10.213.32.200/24')
    net.serve(outside, 3306)
    assert net.ask(one, '10.213.32.200', 3306) is None
    host.bind_floating('10.213.32.50', '10.213.16.11', 'public')
    assert net.ask(one, '10.213.32.200', 3306) == '10.213.32.50'


def test_replugged_port_with_another_mac_is_reached_at_once(net):
    one, two = net.space(1, (OUT,)), net.space(2, (OUT, DB))
    assert net.ask(one, '10.213.16.12', 3306)
    net.networks.unplug('port-2')
    net.networks.plug(two, 0, net.cloud.port(
        3, (DB,), ip='10.213.16.12', mac='fa:16:3e:77:77:77'), True)
    assert net.ask(one, '10.213.16.12', 3306) == '10.213.16.11'
    assert net.ask(None, '10.213.16.12', 3306) == '10.213.16.1'


def test_host_does_not_become_a_router(net):
    net.space(1, (OUT,))
    with open('/proc/sys/net/ipv4/conf/lo/forwarding') as knob:
        assert knob.read().strip() == '0'


@pytest.mark.parametrize('rule', [
    specs.Rule(direction='ingress', protocol='tcp', remote_cidr='x; drop'),
    specs.Rule(direction='ingress', protocol='tcp accept'),
    specs.Rule(direction='ingress', protocol='gre', port_min=1)])
def test_wrong_rule_is_refused_and_changes_nothing(net, rule):
    one, _ = net.space(1, (OUT,)), net.space(2, (OUT, DB))
    with pytest.raises(errors.HostError):
        net.cloud.host.apply_rules('port-2', [rule])
    assert net.ask(one, '10.213.16.12', 3306)


def test_network_over_a_taken_range_is_refused(cloud):
    with pytest.raises(errors.HostError,
                       match=r'overlaps with 10\.213\.16.*trovestack clean'):
        cloud.host.ensure_network('other', '10.213.0.0/16', None, False)


def test_network_over_a_range_of_others_says_to_choose_another(cloud):
    taken = ipaddress.IPv4Interface(_addresses_of_this_host()[0] + '/30')
    with pytest.raises(errors.HostError, match='choose another range'):
        cloud.host.ensure_network('other', str(taken.network), None, False)


def test_port_of_an_unknown_network_is_refused(cloud):
    with pytest.raises(errors.HostError, match='Network none-such'):
        cloud.host.start_machine(cloud.machine(
            ports=(cloud.port(1, network_id='none-such'),)))


def _addresses_of_this_host():
    said = subprocess.run(['ip', '-4', '-o', 'address'], check=True,
                          capture_output=True, text=True).stdout
    found = [line.split()[3].partition('/')[0]
             for line in said.splitlines()]
    return [address for address in found
            if not address.startswith(('127.', '10.213.', '169.254.'))]


def _plug_into_bridge(net, network_id, address):
    """Another computer at an external network."""
    names = net.cloud.host.names
    name = names.machine('outside')
    outer = names.port('outside')
    net.networks.ensure_namespace(name)
    for line in (
            f'link add {outer} type veth peer name eth0 netns {name}',
            f'link set {outer} master {names.bridge(network_id)} up',
            f'-n {name} address add {address} dev eth0',
            f'-n {name} link set eth0 up'):
        subprocess.run(['ip', *line.split()], check=True)
    return name
