# SPDX-License-Identifier: Apache-2.0
"""Modules, on their way to a guest."""

import logging
import typing

from trove.common import exception
from trove.operations import instance_modules
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base
from trove.taskmanager.steps import guest

LOG = logging.getLogger(__name__)


class ApplyModules(base.Step):
    """The guest has the modules, and said what became of each.

    One that could not be applied is a result, and no failure.
    """

    lasts = True

    def execute(self, instance_id: str, modules: list[str] | None,
                again: bool | None) -> None:
        """Send those that are still there, in their turns."""
        _apply(self.tools, instance_id, modules or (), bool(again))


class ApplyNewModules(base.Step):
    """The same for a new instance."""

    lasts = True

    def execute(self, instance_id: str, modules: list[str] | None) -> None:
        """Send them."""
        _apply(self.tools, instance_id, modules or (), False)


class ReapplyModules(base.Step):
    """A server with a new root disk has its modules again.

    That is no reason to give up a server that works: what became of a
    module is on record, and can be asked for again.
    """

    lasts = True

    def execute(self, instance_id: str) -> None:
        """Send what was there, unless the guest does not take it."""
        with self.tools.db.reader() as tx:
            known = [one.module_id for one in tx.modules.of(instance_id)]
        guest.insist(self.tools, instance_id, lambda _: _apply(
            self.tools, instance_id, known, True))


def _apply(tools: toolbox.Tools, instance_id: str,
           module_ids: typing.Iterable[str], again: bool) -> None:
    wanted = []
    with tools.db.reader() as tx:
        for one in module_ids:
            try:
                wanted.append(tx.modules.get(one, True))
            except exception.NotFound:
                LOG.info('module %s was deleted meanwhile', one)
    if wanted:
        wanted.sort(key=lambda one: one.turn)
        results = instance_modules.send(tools, instance_id, wanted, again)
        instance_modules.record(tools.db, instance_id, results)
