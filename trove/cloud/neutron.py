# SPDX-License-Identifier: Apache-2.0
"""Ports, security groups and floating addresses, through Neutron."""

import ipaddress

from trove.cloud import marks
from trove.cloud import ports
from trove.cloud import resources
from trove.cloud import sdk
from trove.common import exception
from trove.objects import orphan


class NeutronNetwork(ports.Network):
    """Ports and groups are recognised by their names, in our own project.

    Neutron shows an administrator those of all projects: a tenant may have
    put a name of ours on a thing of his, and so may a second Trove.
    """

    def __init__(self, session, endpoint):
        self._session = session
        self._connection = sdk.connect(session, endpoint, 'network')

    @property
    def _network(self):
        # Asks for a token when first used: never while a service starts.
        return self._connection.network

    @property
    def _project_id(self):
        return self._session.get_project_id()

    def check(self, project_id, network_id, subnet_id):
        """Hold a tenant's choice of network and subnet; else NotFound."""
        subnet = None
        with sdk.translated('Neutron'):
            if subnet_id:
                subnet = self._network.get_subnet(subnet_id)
                if network_id and subnet.network_id != network_id:
                    raise exception.NotFound(
                        'Network %s has no subnet %s.'
                        % (network_id, subnet_id))
                network_id = subnet.network_id
            if not network_id:
                return None
            network = self._network.get_network(network_id)
        if not (network.is_shared or network.project_id == project_id):
            raise exception.NotFound(kind='Network', id=network_id)
        return subnet and resources.Subnet(
            id=subnet.id, network_id=subnet.network_id, cidr=subnet.cidr)

    def usable(self, project_id):
        """Ids of the project's networks and of the shared ones."""
        with sdk.translated('Neutron'):
            own = [*self._network.networks(project_id=project_id),
                   *self._network.networks(is_shared=True)]
        return sorted({
            network.id for network in own
            if network.subnet_ids and not network.is_router_external
            and (network.is_shared or network.project_id == project_id)})

    def create_port(self, name, network_id, security_groups,
                    subnet_id=None, address=None, description=''):
        """A port of that name, network and description."""
        wanted = {'name': name, 'network_id': network_id,
                  'description': description}
        with sdk.translated('Neutron'):
            for port in self._own(self._network.ports, **wanted):
                if all(port[key] == value for key, value in wanted.items()):
                    return _port(port)
            fixed = {key: value for key, value in
                     (('subnet_id', subnet_id), ('ip_address', address))
                     if value}
            if fixed:
                wanted['fixed_ips'] = [fixed]
            return _port(self._network.create_port(
                security_group_ids=list(security_groups), **wanted))

    def ports(self, instance_id):
        """Every port of the instance, floating addresses joined in."""
        name = resources.name_of(instance_id)
        with sdk.translated('Neutron'):
            found = self._named(self._network.ports, name)
            return [_port(port, self._floating(port.id)) for port in found]

    def delete_port(self, port_id):
        """Remove a port and what floats on it."""
        with sdk.translated('Neutron'):
            for floating in self._floating(port_id):
                self._network.delete_ip(floating.id, ignore_missing=True)
            self._network.delete_port(port_id, ignore_missing=True)

    def create_security_group(self, name, rules, description=''):
        """Id of the security group of that name, with exactly the rules."""
        with sdk.translated('Neutron'):
            group = next(iter(self._named(
                self._network.security_groups, name)), None)
            if group is None:
                group = self._network.create_security_group(
                    name=name, description=description)
            self._hold_rules(group.id, set(rules))
            return group.id

    def security_groups(self, name):
        """Ids of our security groups of that name."""
        with sdk.translated('Neutron'):
            return [group.id for group in self._named(
                self._network.security_groups, name)]

    def delete_security_group(self, group_id):
        """Remove a security group; CloudBusy while a port uses it."""
        with sdk.translated('Neutron'):
            self._network.delete_security_group(group_id,
                                                ignore_missing=True)

    def create_floating(self, port_id, project_id, public_network_id,
                        description=''):
        """A floating address on the port; a present one is returned."""
        with sdk.translated('Neutron'):
            for floating in self._floating(port_id):
                return floating.floating_ip_address
            network_id = public_network_id or self._external()
            return self._network.create_ip(
                floating_network_id=network_id, port_id=port_id,
                project_id=project_id, description=description
                and marks.kept_by(description, self._project_id)
                ).floating_ip_address

    def delete_floating(self, address):
        """Give a floating address back."""
        with sdk.translated('Neutron'):
            for found in self._network.ips(floating_ip_address=address):
                if found.floating_ip_address == address:
                    self._network.delete_ip(found.id, ignore_missing=True)

    def owned(self):
        """Every port, group and floating address that bears our mark.

        A floating address is in its tenant's project. It is ours when its
        description names our project, or when it names none, as those of
        older releases do, and floats on a port of ours.
        """
        with sdk.translated('Neutron'):
            own = list(self._own(self._network.ports))
            port_ids = {port.id for port in own}
            floating = [
                one for one in self._network.ips()
                if marks.keeper(one.description) == self._project_id
                or (marks.keeper(one.description) is None
                    and one.port_id in port_ids)]
            return [
                *_marked('port', own),
                *_marked('security_group',
                         self._own(self._network.security_groups)),
                *_marked('floating_ip', floating, 'floating_ip_address')]

    def _own(self, listing, **wanted):
        """What is listed and lies in our project.

        A cloud may ignore a filter it does not know: look for ourselves.
        """
        for one in listing(project_id=self._project_id, **wanted):
            if one.project_id == self._project_id:
                yield one

    def _named(self, listing, name):
        return [one for one in self._own(listing, name=name)
                if one.name == name]

    def _external(self):
        for network in self._network.networks(is_router_external=True):
            return network.id
        raise ports.CloudRefused(
            service='Neutron',
            reason='there is no external network for a public address')

    def _floating(self, port_id):
        return [floating for floating in self._network.ips(port_id=port_id)
                if floating.port_id == port_id]

    def _hold_rules(self, group_id, wanted):
        present = {}
        for found in self._network.security_group_rules(
                security_group_id=group_id, direction='ingress'):
            present[_rule(found)] = found.id
        for rule in wanted - present.keys():
            self._network.create_security_group_rule(
                security_group_id=group_id, direction='ingress',
                ether_type='IPv%d' % ipaddress.ip_network(
                    rule.cidr, strict=False).version,
                protocol=rule.protocol, port_range_min=rule.port_min,
                port_range_max=rule.port_max, remote_ip_prefix=rule.cidr)
        for rule in present.keys() - wanted:
            self._network.delete_security_group_rule(
                present[rule], ignore_missing=True)


def _marked(kind, found, key='id'):
    """The Things among what was found."""
    for one in found:
        instance_id = marks.described(one.description)
        if instance_id:
            yield orphan.Thing(kind=kind, external_id=getattr(one, key),
                               instance_id=instance_id,
                               created=marks.moment(one.created_at))


def _rule(found):
    return resources.Rule(
        protocol=found.protocol, port_min=found.port_range_min,
        port_max=found.port_range_max, cidr=found.remote_ip_prefix)


def _port(found, floating=()):
    return resources.Port(
        id=found.id, name=found.name, network_id=found.network_id,
        mac=found.mac_address,
        addresses=tuple(item['ip_address'] for item in found.fixed_ips),
        security_groups=tuple(found.security_group_ids or ()),
        floating=next((item.floating_ip_address for item in floating), None))
