# SPDX-License-Identifier: Apache-2.0
"""Who may reach an instance, changed while it runs."""

import typing

from trove.cloud import marks
from trove.cloud import resources
from trove.common import exception
from trove.objects import instance as objects
from trove.objects import status
from trove.taskmanager.steps import base
from trove.taskmanager.steps import network

Access: typing.TypeAlias = typing.Mapping[str, typing.Any]


class NoUserPort(exception.InternalError):
    """Somebody has removed the port that clients connect to."""

    template = ('The port that clients connect to is gone from the network '
                'service: nothing can be made public. Tell the operator of '
                'the cloud.')


class ChangeRules(base.Step):
    """The security group lets in whom the access names, nobody else."""

    error_task = status.Task.UPDATING_ERROR_ACCESS

    def execute(self, instance_id: str, manager: str,
                access: Access) -> None:
        """Hold the group to the new rules."""
        self._hold(instance_id, manager, access)

    def revert(self, instance_id: str, manager: str,
               old_access: Access) -> None:
        """Hold it to the old ones."""
        self._hold(instance_id, manager, old_access)

    def _hold(self, instance_id: str, manager: str, access: Access) -> None:
        if self.tools.conf.trove_security_groups_support:
            self.tools.cloud.network.create_security_group(
                network.group_name(self.tools, instance_id),
                network.rules(self.tools, manager, access),
                marks.security_group(instance_id))


class ChangeFloating(base.Step):
    """The user port has a public address if it is to have one.

    It comes last: a public address that was given back is not had again.
    """

    error_task = status.Task.UPDATING_ERROR_ACCESS

    def execute(self, instance_id: str, operation_id: str,
                access: Access) -> None:
        """Make it, or give it back."""
        if access['is_public'] and not self._ports(instance_id):
            raise NoUserPort
        self._hold(instance_id, operation_id, access)

    def revert(self, instance_id: str, operation_id: str,
               old_access: Access) -> None:
        """As it was; a public address may be another one now."""
        self._hold(instance_id, operation_id, old_access)

    def _hold(self, instance_id: str, operation_id: str,
              access: Access) -> None:
        with self.tools.db.reader() as tx:
            # Not the operation's project: an operator may have asked.
            project_id = tx.instances.get(instance_id).project_id
        for port in self._ports(instance_id):
            if access['is_public']:
                self._make(instance_id, operation_id, project_id, port.id)
            else:
                self._give_back(instance_id, port.floating)

    def _ports(self, instance_id: str) -> list[resources.Port]:
        with self.tools.db.reader() as tx:
            known = {found.external_id for found
                     in tx.resources.of(instance_id, 'port')}
        return [port for port in self.tools.cloud.network.ports(instance_id)
                if port.id in known]

    def _make(self, instance_id: str, operation_id: str, project_id: str,
              port_id: str) -> None:
        public = self.tools.cloud.network.create_floating(
            port_id, project_id, self.tools.conf.network.public_network_id,
            marks.floating(instance_id))
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'floating_ip', public,
                             operation_id)
            _show(tx, instance_id, public)

    def _give_back(self, instance_id: str, public: str | None) -> None:
        if public:
            self.tools.cloud.network.delete_floating(public)
        with self.tools.db.writer() as tx:
            for found in tx.resources.of(instance_id, 'floating_ip'):
                tx.resources.forget(instance_id, 'floating_ip',
                                    found.external_id)
            _show(tx, instance_id, None)


def _show(tx: typing.Any, instance_id: str, public: str | None) -> None:
    """The instance's addresses, with this public one or none."""
    shown = [one for one in tx.instances.get(instance_id).addresses
             if one.type != 'public']
    if public:
        shown.append(objects.Address(address=public, type='public'))
    tx.instances.record(instance_id, addresses=shown)
