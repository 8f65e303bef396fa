# SPDX-License-Identifier: Apache-2.0
"""Ports, groups and floating addresses in memory."""

import threading
import uuid

from trove.cloud import marks
from trove.cloud import ports
from trove.cloud import resources
from trove.cloud.fake import faults
from trove.cloud.fake import times
from trove.common import exception
from trove.objects import orphan

#: Networks by id: (project or None for shared, first three octets).
NETWORKS = {'net-shared': (None, '10.1.0'), 'net-mgmt': ('service', '10.2.0'),
            'net-private': ('project-a', '10.3.0')}
SUBNETS = {'subnet-' + network_id.removeprefix('net-'): network_id
           for network_id in NETWORKS}


class FakeNetwork(ports.Network):
    """Three networks with one subnet each, and a public one."""

    service = 'network'

    def __init__(self, switch):
        self.faults = switch
        self.lock = threading.RLock()
        self.all_ports = {}
        self.groups = {}        # id -> (name, rules)
        self.floating = {}      # address -> (port id, project id)
        self.created = {}
        self._descriptions = {}
        self._next = 10

    @faults.breakable
    def check(self, project_id, network_id, subnet_id):
        """Hold a tenant's choice of network and subnet."""
        if subnet_id:
            if (subnet_id not in SUBNETS
                    or network_id not in (None, SUBNETS[subnet_id])):
                raise exception.NotFound(kind='Subnet', id=subnet_id)
            network_id = SUBNETS[subnet_id]
        if not network_id:
            return None
        if (network_id not in NETWORKS
                or NETWORKS[network_id][0] not in (None, project_id)):
            raise exception.NotFound(kind='Network', id=network_id)
        return subnet_id and resources.Subnet(
            id=subnet_id, network_id=network_id,
            cidr=NETWORKS[network_id][1] + '.0/24')

    @faults.breakable
    def usable(self, project_id):
        """Ids of the project's networks and of the shared ones."""
        return sorted(network_id for network_id, (owner, _)
                      in NETWORKS.items() if owner in (None, project_id))

    @faults.breakable
    def create_port(self, name, network_id, security_groups,
                    subnet_id=None, address=None, description=''):
        """A port of that name, network and description."""
        for port in self.all_ports.values():
            if ((port.name, port.network_id, self._descriptions[port.id])
                    == (name, network_id, description)):
                return port
        if network_id not in NETWORKS:
            raise exception.NotFound(kind='Network', id=network_id)
        self._next += 1
        port = resources.Port(
            id=str(uuid.uuid4()), name=name, network_id=network_id,
            mac='fa:16:3e:00:00:%02x' % (self._next % 256),
            addresses=(address or '%s.%d' % (NETWORKS[network_id][1],
                                             self._next % 250 + 1),),
            security_groups=tuple(security_groups))
        self.all_ports[port.id] = port
        self._describe(port.id, description)
        return port

    @faults.breakable
    def ports(self, instance_id):
        """Every port of the instance."""
        name = resources.name_of(instance_id)
        return [self._with_floating(port) for port in self.all_ports.values()
                if port.name == name]

    @faults.breakable
    def delete_port(self, port_id):
        """Remove a port and what floats on it."""
        self.all_ports.pop(port_id, None)
        for address, (on_port, _) in list(self.floating.items()):
            if on_port == port_id:
                del self.floating[address]

    @faults.breakable
    def create_security_group(self, name, rules, description=''):
        """Id of the security group of that name, with exactly the rules."""
        for group_id, (present, _) in self.groups.items():
            if present == name:
                self.groups[group_id] = (name, frozenset(rules))
                return group_id
        group_id = str(uuid.uuid4())
        self.groups[group_id] = (name, frozenset(rules))
        self._describe(group_id, description)
        return group_id

    @faults.breakable
    def security_groups(self, name):
        """Ids of groups of that name."""
        return [group_id for group_id, (present, _) in self.groups.items()
                if present == name]

    @faults.breakable
    def delete_security_group(self, group_id):
        """Remove a security group; CloudBusy while a port uses it."""
        for port in self.all_ports.values():
            if group_id in port.security_groups:
                raise ports.CloudBusy(
                    service='Fake cloud', reason='port %s uses security '
                    'group %s' % (port.id, group_id))
        self.groups.pop(group_id, None)

    @faults.breakable
    def create_floating(self, port_id, project_id, public_network_id,
                        description=''):
        """A floating address on the port; a present one is returned."""
        for address, (on_port, _) in self.floating.items():
            if on_port == port_id:
                return address
        self._next += 1
        address = '203.0.113.%d' % (self._next % 250 + 1)
        self.floating[address] = (port_id, project_id)
        self._describe(address, description)
        return address

    @faults.breakable
    def delete_floating(self, address):
        """Give a floating address back."""
        self.floating.pop(address, None)

    @faults.breakable
    def owned(self):
        """Every port, group and floating address that bears our mark."""
        return [orphan.Thing(
            kind=kind, external_id=key, created=self.created[key],
            instance_id=marks.described(self._descriptions[key]))
            for kind, there in (('port', self.all_ports),
                                ('security_group', self.groups),
                                ('floating_ip', self.floating))
            for key in there if marks.described(self._descriptions[key])]

    def _describe(self, key, description):
        self._descriptions[key] = description
        self.created[key] = times.now()

    def _with_floating(self, port):
        for address, (on_port, _) in self.floating.items():
            if on_port == port.id:
                return resources.Port(
                    id=port.id, name=port.name, network_id=port.network_id,
                    mac=port.mac, addresses=port.addresses,
                    security_groups=port.security_groups, floating=address)
        return port
