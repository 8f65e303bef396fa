# SPDX-License-Identifier: Apache-2.0
"""Servers: boot, wait, delete."""

import functools
import logging
import typing

from trove.cloud import marks
from trove.cloud import ports
from trove.cloud import resources
from trove.cloud import userdata
from trove.common import exception
from trove.taskmanager import identity
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)

_FAILED = frozenset(('ERROR', 'DELETED', 'SOFT_DELETED'))


class ServerFailed(exception.TroveError):
    """The cloud gave up on a server; carries the cloud's own words."""

    template = 'the server is in status %(status)s: %(fault)s'


def check_server(tools: toolbox.Tools, server_id: str) -> resources.Server:
    """The server now; ServerFailed when it is lost."""
    try:
        server = tools.cloud.compute.show(server_id)
    except exception.NotFound as error:
        raise ServerFailed(status='DELETED',
                           fault='it is gone') from error
    if server.status in _FAILED:
        raise failed(tools, server)
    return server


def failed(tools: toolbox.Tools, server: resources.Server) -> ServerFailed:
    """The error that tells how a server ended, and why."""
    return ServerFailed(status=server.status, fault=why(tools, server))


def why(tools: toolbox.Tools, server: resources.Server) -> str:
    """Why a server is not what it should be, as far as the cloud tells.

    Asking must not hide what it is asked about.
    """
    reason = server.fault
    if not reason:
        try:
            reason = tools.cloud.compute.last_failure(server.id)
        except (ports.CloudError, exception.NotFound) as error:
            LOG.info('no reason for server %s: %s', server.id, error)
    return reason or 'no reason was given'


class CreateServerGroup(base.Step):
    """A server group, where the request says how servers lie together."""

    gives = ('server_group_id',)

    def execute(self, instance_id: str, operation_id: str,
                locality: str | None) -> base.Given:
        """Take the group of that name, or make it."""
        if not locality:
            return {'server_group_id': None}
        group_id = self.tools.cloud.compute.create_group(
            marks.server_group(instance_id), locality)
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'server_group', group_id,
                             operation_id)
        return {'server_group_id': group_id}

    def revert(self, instance_id: str, operation_id: str,
               locality: str | None) -> None:
        """Remove it; making it again is how it is found by name."""
        if locality:
            self.execute(instance_id, operation_id, locality)
            remove_groups(self.tools, instance_id)


class BootServer(base.Step):
    """Ask for the server. One that carries the operation's id is ours."""

    gives = ('server_id',)

    def execute(self, instance_id: str, operation_id: str,
                flavor: typing.Mapping[str, typing.Any], image_id: str,
                port_ids: list[str], volume_id: str | None,
                availability_zone: str | None,
                server_group_id: str | None) -> base.Given:
        """Boot it with everything it needs to find its way to us."""
        with self.tools.db.reader() as tx:
            instance = tx.instances.get(instance_id)
        server = self.tools.cloud.compute.boot(resources.ServerOrder(
            name=instance.name, instance_id=instance_id,
            operation_id=operation_id, project_id=instance.project_id,
            image_id=image_id, flavor_id=flavor['id'],
            port_ids=tuple(port_ids), user_data=self._user_data(instance),
            volume_id=volume_id, availability_zone=availability_zone,
            server_group_id=server_group_id,
            key_name=self.tools.conf.nova_keypair,
            tags=('trove_' + instance.manager,)))
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'server', server.id, operation_id)
            tx.instances.record(instance_id, server_id=server.id,
                                server_status=server.status)
        return {'server_id': server.id}

    def revert(self, instance_id: str) -> None:
        """Remove every server of the instance."""
        remove_servers(self.tools, instance_id)

    def _user_data(self, instance: typing.Any) -> str:
        with self.tools.db.writer() as tx:
            secrets = self.tools.links.ensure(tx, instance.id)
        return userdata.build(identity.files(
            self.tools.conf, instance, secrets,
            self.tools.broker.guest_url(instance.id,
                                        secrets.broker_password)))


class WaitServer(base.Step):
    """The server is active, and the only one of its instance."""

    lasts = True

    def execute(self, instance_id: str, server_id: str) -> None:
        """Wait; a server that a lost answer left behind is removed."""
        self.tools.until(
            lambda: check_server(self.tools, server_id).status == 'ACTIVE',
            self.tools.conf.server_build_time_out, 'an active server')
        for server in self.tools.cloud.compute.find(instance_id):
            if server.id != server_id:
                self.tools.cloud.compute.delete(server.id)
        with self.tools.db.writer() as tx:
            tx.instances.record(instance_id, server_status='ACTIVE')


class DeleteServer(base.Step):
    """No server of the instance is left, and no server group."""

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Delete whatever the records or the cloud name, and see it go."""
        remove_servers(self.tools, instance_id)
        remove_groups(self.tools, instance_id)


def remove_servers(tools: toolbox.Tools, instance_id: str) -> None:
    """Delete the servers of an instance and wait until they are gone."""
    with tools.db.reader() as tx:
        known = {found.external_id
                 for found in tx.resources.of(instance_id, 'server')}
        recorded = tx.instances.get(instance_id, deleted=None).server_id
    known |= {server.id for server in tools.cloud.compute.find(instance_id)}
    if recorded:
        known.add(recorded)
    for server_id in known:
        tools.cloud.compute.delete(server_id)
    for server_id in known:
        tools.until(functools.partial(_is_gone, tools, server_id),
                    tools.conf.server_delete_time_out,
                    'the end of server %s' % server_id)
    with tools.db.writer() as tx:
        for server_id in known:
            tx.resources.forget(instance_id, 'server', server_id)
        if recorded:
            tx.instances.record(instance_id, server_id=None,
                                server_status=None)


def remove_groups(tools: toolbox.Tools, instance_id: str) -> None:
    """Delete the server groups that are on record for an instance."""
    with tools.db.reader() as tx:
        known = tx.resources.of(instance_id, 'server_group')
    for found in known:
        tools.cloud.compute.delete_group(found.external_id)
        with tools.db.writer() as tx:
            tx.resources.forget(instance_id, 'server_group',
                                found.external_id)


def _is_gone(tools: toolbox.Tools, server_id: str) -> bool:
    try:
        return tools.cloud.compute.show(server_id).status == 'DELETED'
    except exception.NotFound:
        return True
