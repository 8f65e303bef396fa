# SPDX-License-Identifier: Apache-2.0
"""Servers made anew from an image, on the data that they had.

The agent comes back without its journal and its keys. So it gets a new key
and broker user with its new server, and an order to adopt what is on the
volume instead of initialising it. The way back is the same with the old
image, and a restored copy of the data.
"""

import dataclasses
import typing

from trove.cloud import resources
from trove.cloud import userdata
from trove.common import exception
from trove.objects import instance as objects
from trove.objects import order
from trove.taskmanager import identity
from trove.taskmanager import lease
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base
from trove.taskmanager.steps import compute
from trove.taskmanager.steps import guest

#: Metadata of a server: which attempt has made it anew.
MARK = 'trove_rebuilt_for'

_SEND_AGAIN_S = 5.0
_MOST_S = 0.1

Sizes: typing.TypeAlias = typing.Mapping[str, typing.Any]


class LeaveServer(guest.StopEngine):
    """The engine is stopped in order, if its guest is there to do it."""

    def revert(self, instance_id: str) -> None:
        """Start it again; it is as well as it was before."""
        guest.insist(self.tools, instance_id, self.tools.guest.start_db)


class LeaveVersion(base.Step):
    """The old version is stopped, and its data may be taken over."""

    lasts = True

    def execute(self, instance_id: str, version: str,
                old_version: str) -> None:
        """Let the guest stop it, with a copy to go back to."""
        if version == old_version:
            self.tools.guest.stop_db(
                instance_id, self.tools.conf.agent_call_high_timeout)
        else:
            self.tools.guest.upgrade_leave(instance_id, version)

    def revert(self, instance_id: str, version: str,
               old_version: str) -> None:
        """The old version runs on its data as it was."""
        if version == old_version:
            self.tools.guest.start_db(instance_id)
        else:
            self.tools.guest.upgrade_undo(instance_id)


class RebuildServer(base.Step):
    """The server is active, made of its new image."""

    lasts = True

    def execute(self, instance_id: str, operation_id: str, server_id: str,
                image_id: str, version: str) -> None:
        """Ask for it once, and see it come."""
        _rebuild(self.tools, instance_id, server_id, image_id, version,
                 operation_id)

    def revert(self, instance_id: str, operation_id: str, server_id: str,
               old_image_id: str, manager: str, old_version: str,
               flavor: Sizes, volume_id: str,
               overrides: dict[str, typing.Any]) -> None:
        """The old image again, its engine on the data as it was."""
        back = operation_id + '-back'
        server = self.tools.cloud.compute.show(server_id)
        if server.metadata.get(MARK) not in (operation_id, back):
            return      # it was never asked for
        _rebuild(self.tools, instance_id, server_id, old_image_id,
                 old_version, back)
        wanted = _order(self.tools, instance_id, back, manager, old_version,
                        flavor, volume_id, overrides,
                        {'from': None, 'undo': True})
        _adopt(self.tools, wanted, server_id)
        _drop_former_user(self.tools, instance_id)


class AdoptData(base.Step):
    """The engine answers, on the data that its server had before."""

    lasts = True

    def execute(self, instance_id: str, operation_id: str, server_id: str,
                manager: str, version: str, old_version: str, flavor: Sizes,
                volume_id: str, overrides: dict[str, typing.Any]) -> None:
        """Tell the new guest what to take over, and wait for its engine."""
        came_from = None if version == old_version else old_version
        wanted = _order(self.tools, instance_id, operation_id, manager,
                        version, flavor, volume_id, overrides,
                        {'from': came_from, 'undo': False})
        _adopt(self.tools, wanted, server_id)


class DropFormerUser(base.Step):
    """What the server had before its rebuild opens nothing any more."""

    def execute(self, instance_id: str) -> None:
        """Remove the broker user that the guest no longer uses."""
        _drop_former_user(self.tools, instance_id)


class SettleUpgrade(base.Step):
    """The copy to go back to is given up, and its room is free."""

    def execute(self, instance_id: str, version: str,
                old_version: str) -> None:
        """Ask until it is answered; there is no way back any more, so
        nothing may fail here."""
        if version != old_version:
            guest.insist(self.tools, instance_id,
                         self.tools.guest.upgrade_settle)


def _rebuild(tools: toolbox.Tools, instance_id: str, server_id: str,
             image_id: str, version: str, mark: str) -> None:
    """See the server active, made anew for this attempt."""
    asked = False

    def look() -> bool:
        nonlocal asked
        server = tools.cloud.compute.show(server_id)
        if server.metadata.get(MARK) == mark:
            compute.check_server(tools, server_id)
            return server.status == 'ACTIVE'
        if not asked and server.status != 'REBUILD':
            tools.cloud.compute.rebuild(server_id, resources.RebuildOrder(
                image_id=image_id,
                user_data=_user_data(tools, instance_id, version),
                metadata={**server.metadata, MARK: mark}))
            asked = True
        return False

    tools.until(look, tools.conf.server_build_time_out, 'a rebuilt server')
    with tools.db.writer() as tx:
        tx.instances.record(instance_id, server_status='ACTIVE')


def _user_data(tools: toolbox.Tools, instance_id: str, version: str) -> str:
    """The files of a guest that begins anew, with a key of its own.

    The key it had stays good until it is heard with the new one.
    """
    with tools.db.writer() as tx:
        instance = dataclasses.replace(tx.instances.get(instance_id),
                                       version_number=version)
        made = tools.links.ensure_next(tx, instance_id)
    tools.broker.create_user(instance_id, made.broker_password,
                             made.broker_user)
    return userdata.build(identity.files(
        tools.conf, instance, made, tools.broker.guest_url(
            instance_id, made.broker_password, made.broker_user)))


def _order(tools: toolbox.Tools, instance_id: str, attempt: str,
           manager: str, version: str, flavor: Sizes, volume_id: str,
           overrides: dict[str, typing.Any],
           adopt: dict[str, typing.Any]) -> order.Prepare:
    return dataclasses.replace(
        guest.prepare_order(tools, {
            'instance_id': instance_id, 'operation_id': attempt,
            'manager': manager, 'version': version,
            'overrides': overrides}, flavor, volume_id),
        tls=guest.encryption_of(tools.db, instance_id), adopt=adopt)


def _adopt(tools: toolbox.Tools, wanted: order.Prepare,
           server_id: str) -> None:
    """Send the order until the new guest knows it, and wait for the end.

    What the guest reported before its rebuild says nothing about it.
    """
    send_again = look_again = 0.0

    def look() -> bool:
        nonlocal send_again, look_again
        report: objects.Report | None = tools.looks.report(
            wanted.instance_id)
        if lease.clock() >= look_again:
            compute.check_server(tools, server_id)
            look_again = lease.clock() + _SEND_AGAIN_S
        if report is None:
            return False
        if report.details.get('operation_id') == wanted.operation_id:
            if report.phase == 'failed':
                raise exception.GuestFailed(
                    str(report.details.get('error')
                        or 'the guest gave up'))
            return report.phase == 'ready'
        if report.phase == 'waiting' and lease.clock() >= send_again:
            tools.guest.prepare(wanted)
            send_again = lease.clock() + _SEND_AGAIN_S
        return False

    tools.until(look, tools.conf.usage_timeout,
                'an engine on the data it had', most_s=_MOST_S)


def _drop_former_user(tools: toolbox.Tools, instance_id: str) -> None:
    with tools.db.reader() as tx:
        link = tx.guests.link(instance_id)
    if link.next_key_id is None:
        found, _ = tools.links.secrets(instance_id, link.key_id)
        tools.broker.delete_other_user(instance_id, found.broker_user)
