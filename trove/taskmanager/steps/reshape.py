# SPDX-License-Identifier: Apache-2.0
"""Servers that are resized, moved or rebooted, and put back."""

import logging
import typing

from trove.cloud import ports
from trove.cloud import resources
from trove.common import exception
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base
from trove.taskmanager.steps import compute

LOG = logging.getLogger(__name__)

_DONE = 'VERIFY_RESIZE'
_DOWN = ('ERROR', 'SHUTOFF')


class ServerUnchanged(exception.TroveError):
    """The cloud took the request and did nothing."""

    template = ('the server is ACTIVE again, and no change was made to it: '
                '%(reason)s')


class ResizeServer(base.Step):
    """The server runs with the new flavor, and can still go back."""

    lasts = True

    def execute(self, server_id: str,
                flavor: typing.Mapping[str, typing.Any]) -> None:
        """Ask for it once, and see it come."""
        _change(self.tools, server_id,
                lambda: self.tools.cloud.compute.resize(
                    server_id, flavor['id']),
                lambda server: server.flavor_name == flavor['name'])

    def revert(self, instance_id: str, server_id: str,
               flavor: typing.Mapping[str, typing.Any],
               old_flavor: typing.Mapping[str, typing.Any]) -> None:
        """The old flavor again, and a server that runs.

        What was confirmed does not go back by itself: it is resized again.
        """
        server = put_back(self.tools, instance_id, server_id)
        if server.flavor_name == flavor['name']:
            self.execute(server_id, old_flavor)
            ConfirmResize(self.tools).execute(instance_id, server_id)


class MigrateServer(base.Step):
    """The server runs on another host, and can still go back."""

    lasts = True

    def execute(self, server_id: str, host: str | None) -> None:
        """Ask for it once, and see it come."""
        _change(self.tools, server_id,
                lambda: self.tools.cloud.compute.migrate(server_id, host),
                lambda server: False)

    def revert(self, instance_id: str, server_id: str) -> None:
        """The old host again, and a server that runs."""
        put_back(self.tools, instance_id, server_id)


class ConfirmResize(base.Step):
    """The old server is given up."""

    def execute(self, instance_id: str, server_id: str) -> None:
        """Say once that the new one is good, and see it believed."""
        asked = False

        def look() -> bool:
            nonlocal asked
            server = compute.check_server(self.tools, server_id)
            if server.status == _DONE and not asked:
                self.tools.cloud.compute.confirm_resize(server_id)
                asked = True
            return server.status == 'ACTIVE'

        self.tools.until(look, self.tools.conf.resize_time_out,
                         'a confirmed server')
        _note(self.tools, instance_id, 'ACTIVE')


class RebootServer(base.Step):
    """The server has been booted anew."""

    lasts = True

    def execute(self, instance_id: str, server_id: str) -> None:
        """Ask for it once; by force where it does not run."""
        asked = False

        def look() -> bool:
            nonlocal asked
            server = self.tools.cloud.compute.show(server_id)
            if not asked:
                self.tools.cloud.compute.reboot(
                    server_id, hard=server.status != 'ACTIVE')
                asked = True
                return False
            if server.status in _DOWN:
                raise compute.failed(self.tools, server)
            return server.status == 'ACTIVE'

        self.tools.until(look, self.tools.conf.reboot_time_out,
                         'a rebooted server')
        _note(self.tools, instance_id, 'ACTIVE')


def put_back(tools: toolbox.Tools, instance_id: str,
             server_id: str) -> resources.Server:
    """The server as it was before its change, and running.

    A change that was confirmed is shown as unconfirmed for a while. Going
    back is refused then, and the server is soon active as it is now.
    """
    rebooted = refused = False

    def look() -> resources.Server | None:
        nonlocal rebooted, refused
        server = tools.cloud.compute.show(server_id)
        if server.status == _DONE and not refused:
            try:
                tools.cloud.compute.revert_resize(server_id)
            except ports.CloudRefused as error:
                LOG.info('server %s does not go back: %s', server_id, error)
                refused = True
        elif server.status in _DOWN:
            if rebooted:
                raise compute.failed(tools, server)
            tools.cloud.compute.reboot(server_id, hard=True)
            rebooted = True
        return server if server.status == 'ACTIVE' else None

    server: resources.Server = tools.until(
        look, tools.conf.revert_time_out, 'the server as it was')
    _note(tools, instance_id, 'ACTIVE')
    return server


def _change(tools: toolbox.Tools, server_id: str,
            ask: typing.Callable[[], None],
            is_there: typing.Callable[[resources.Server], bool]) -> None:
    """Ask an active server to change, and wait until it has.

    The cloud shows a change as soon as it has taken the request: a server
    that is active again without being what it should is not going to be.
    Why not is on its record a moment later: it is looked at twice.
    """
    asked = unchanged = False

    def look() -> bool:
        nonlocal asked, unchanged
        server = compute.check_server(tools, server_id)
        if server.status == _DONE or (server.status == 'ACTIVE'
                                      and is_there(server)):
            return True
        if server.status == 'ACTIVE':
            if unchanged:
                raise ServerUnchanged(reason=compute.why(tools, server))
            if asked:
                unchanged = True
            else:
                ask()
                asked = True
        return False

    tools.until(look, tools.conf.resize_time_out, 'the changed server')


def _note(tools: toolbox.Tools, instance_id: str, word: str) -> None:
    with tools.db.writer() as tx:
        tx.instances.record(instance_id, server_status=word)
