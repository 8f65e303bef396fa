# SPDX-License-Identifier: Apache-2.0
"""A living guest: its engine stopped, started, restarted, resized."""

import typing

from trove.common import exception
from trove.taskmanager import lease
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base

Sizes: typing.TypeAlias = typing.Mapping[str, typing.Any]


class RestartEngine(base.Step):
    """The engine is a new process that answers."""

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Ask the guest, which answers when the engine does."""
        self.tools.guest.restart(instance_id)


class StartEngine(base.Step):
    """The engine answers, on a server that was just started."""

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Ask the guest; nothing is done where the engine runs."""
        once_booted(self.tools,
                    lambda: self.tools.guest.start_db(instance_id))


class HoldEngine(base.Step):
    """The engine is down, and no boot of its server brings it up.

    Settings for much memory would not start on a server with little.
    """

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Stop it in order."""
        self.tools.guest.stop_db(instance_id,
                                 self.tools.conf.agent_call_high_timeout)

    def revert(self, instance_id: str, manager: str, version: str,
               old_flavor: Sizes) -> None:
        """Start it with the settings it had."""
        start(self.tools, instance_id, manager, version, old_flavor)


class StartResized(base.Step):
    """The engine answers, with settings for its server's new size."""

    lasts = True

    def execute(self, instance_id: str, manager: str, version: str,
                flavor: Sizes) -> None:
        """Hand the guest the settings, and wait for the engine."""
        start(self.tools, instance_id, manager, version, flavor)


class GrowFileSystem(base.Step):
    """The data's file system fills its volume."""

    lasts = True

    def execute(self, instance_id: str, volume_gb: int) -> None:
        """Ask the guest, which first waits to see the new size."""
        self.tools.guest.resize_fs(instance_id, volume_gb)


def start(tools: toolbox.Tools, instance_id: str, manager: str,
          version: str, flavor: Sizes) -> None:
    """Start an engine with the base settings for a flavor."""
    config = tools.datastores.get(manager).render(
        {'ram_mb': flavor['ram_mb'], 'vcpus': flavor['vcpus']}, instance_id,
        version)
    once_booted(tools, lambda: tools.guest.start_db_with_conf_changes(
        instance_id, config))


def once_booted(tools: toolbox.Tools, ask: typing.Callable[[], None]
                ) -> None:
    """Ask a guest whose server boots, again until it has booted.

    Nova calls a server active from the power on; without acceleration its
    agent may be minutes behind.
    """
    began = lease.clock()
    timeout_s = tools.conf.resize_time_out

    def answered() -> bool:
        try:
            ask()
        except exception.GuestSilent:
            if lease.clock() - began >= timeout_s:
                raise
            return False
        return True

    tools.until(answered, 2 * timeout_s, 'an answer of the guest')
