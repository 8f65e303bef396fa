# SPDX-License-Identifier: Apache-2.0
"""Security groups, ports and floating addresses."""

import functools
import typing

from trove.cloud import marks
from trove.cloud import resources
from trove.common import exception
from trove.objects import instance as objects
from trove.objects import status
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base


class NoNetwork(exception.BadRequest):
    """Nobody said where the instance is to be attached."""

    template = ('the request names no network, and the operator has set no '
                'default one ([network] default_network_id)')


class CreateSecurityGroup(base.Step):
    """The instance's security group, with exactly its rules."""

    gives = ('security_group_id',)
    error_task = status.Task.BUILDING_ERROR_SEC_GROUP

    def execute(self, instance_id: str, operation_id: str, manager: str,
                access: typing.Mapping[str, typing.Any] | None
                ) -> base.Given:
        """Take the group of that name, or make it; then hold the rules."""
        conf = self.tools.conf
        if not conf.trove_security_groups_support:
            return {'security_group_id': None}
        group_id = self.tools.cloud.network.create_security_group(
            group_name(self.tools, instance_id),
            rules(self.tools, manager, access or {}),
            marks.security_group(instance_id))
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'security_group', group_id,
                             operation_id)
        return {'security_group_id': group_id}

    def revert(self, instance_id: str) -> None:
        """Remove every group of that name."""
        remove_security_groups(self.tools, instance_id)


class CreatePorts(base.Step):
    """The tenant's port, and after it the management port if there is one."""

    gives = ('port_ids', 'user_port_id')
    error_task = status.Task.BUILDING_ERROR_PORT

    def execute(self, instance_id: str, operation_id: str,
                nics: list[dict[str, typing.Any]] | None,
                security_group_id: str | None) -> base.Given:
        """Take the ports of those names, or make them."""
        conf = self.tools.conf
        nic = (nics or [{'network_id': conf.network.default_network_id}])[0]
        if not nic.get('network_id'):
            raise NoNetwork()
        groups = (security_group_id,) if security_group_id else ()
        port = self._port(
            instance_id, operation_id, 'port', nic['network_id'], groups,
            subnet_id=nic.get('subnet_id'), address=nic.get('ip_address'),
            description=marks.user_port(instance_id))
        port_ids = [port.id]
        if conf.management_networks:
            port_ids.append(self._port(
                instance_id, operation_id, 'mgmt_port',
                conf.management_networks[-1],
                tuple(conf.management_security_groups) or groups,
                description=marks.management_port(instance_id)).id)
        with self.tools.db.writer() as tx:
            tx.instances.record(instance_id, addresses=[
                objects.Address(address=address, network_id=port.network_id)
                for address in port.addresses])
        return {'port_ids': port_ids, 'user_port_id': port.id}

    def revert(self, instance_id: str) -> None:
        """Remove every port of the instance, and what floats on them."""
        remove_ports(self.tools, instance_id)

    def _port(self, instance_id: str, operation_id: str, kind: str,
              network_id: str, groups: tuple[str, ...],
              **where: typing.Any) -> resources.Port:
        port = self.tools.cloud.network.create_port(
            resources.name_of(instance_id), network_id, groups, **where)
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, kind, port.id, operation_id)
        return port


class CreateFloating(base.Step):
    """A public address, where one was asked for. It goes with its port."""

    error_task = status.Task.BUILDING_ERROR_PORT

    def execute(self, instance_id: str, operation_id: str, project_id: str,
                access: typing.Mapping[str, typing.Any] | None,
                user_port_id: str) -> None:
        """Take the port's floating address, or make one."""
        if not (access or {}).get('is_public'):
            return
        public = self.tools.cloud.network.create_floating(
            user_port_id, project_id,
            self.tools.conf.network.public_network_id,
            marks.floating(instance_id))
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'floating_ip', public,
                             operation_id)
            known = tx.instances.get(instance_id).addresses
            tx.instances.record(instance_id, addresses=[
                *(one for one in known if one.type != 'public'),
                objects.Address(address=public, type='public')])


class DeletePorts(base.Step):
    """No port, floating address or security group of it is left."""

    lasts = True
    error_task = status.Task.BUILDING_ERROR_PORT

    def execute(self, instance_id: str) -> None:
        """Delete whatever the records or the cloud name."""
        remove_ports(self.tools, instance_id)
        remove_security_groups(self.tools, instance_id)


def rules(tools: toolbox.Tools, manager: str,
          access: typing.Mapping[str, typing.Any]
          ) -> tuple[resources.Rule, ...]:
    """Who may reach the engine: the networks named, or the default one."""
    cidrs = (access.get('allowed_cidrs')
             or [tools.conf.trove_security_group_rule_cidr])
    return tuple(
        resources.Rule(protocol='tcp', port_min=first, port_max=last,
                       cidr=cidr)
        for first, last in tools.datastores.get(manager).tcp_ports
        for cidr in cidrs)


def group_name(tools: toolbox.Tools, instance_id: str) -> str:
    """The name of an instance's security group."""
    return '%s-%s' % (tools.conf.trove_security_group_name_prefix,
                      instance_id)


def remove_ports(tools: toolbox.Tools, instance_id: str) -> None:
    """Delete the ports of an instance and what floats on them."""
    kinds = ('port', 'mgmt_port', 'floating_ip')
    with tools.db.reader() as tx:
        known = [found for kind in kinds
                 for found in tx.resources.of(instance_id, kind)]
    port_ids = {port.id for port in tools.cloud.network.ports(instance_id)}
    port_ids |= {found.external_id for found in known
                 if found.kind != 'floating_ip'}
    for port_id in port_ids:
        tools.cloud.network.delete_port(port_id)
    with tools.db.writer() as tx:
        for found in known:
            tx.resources.forget(instance_id, found.kind, found.external_id)
        tx.instances.record(instance_id, addresses=[])


def remove_security_groups(tools: toolbox.Tools, instance_id: str) -> None:
    """Delete the security groups of an instance, as soon as no port of it
    uses them any more."""
    with tools.db.reader() as tx:
        known = {found.external_id for found
                 in tx.resources.of(instance_id, 'security_group')}
    known |= set(tools.cloud.network.security_groups(
        group_name(tools, instance_id)))
    for group_id in known:
        tools.until(functools.partial(_deleted, tools, group_id),
                    tools.conf.port_delete_time_out,
                    'the end of security group %s' % group_id)
    with tools.db.writer() as tx:
        for group_id in known:
            tx.resources.forget(instance_id, 'security_group', group_id)


def _deleted(tools: toolbox.Tools, group_id: str) -> bool:
    """Try; CloudBusy of a port on its way out counts as "not yet"."""
    tools.cloud.network.delete_security_group(group_id)
    return True
