# SPDX-License-Identifier: Apache-2.0
"""Values of configuration groups, on their way into an engine."""

import logging
import typing

from trove.common import exception
from trove.objects import status
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)

Values = dict[str, typing.Any]

_FREE = (status.Task.NONE, status.Task.RESTART_REQUIRED)


class HoldInstance(base.Step):
    """Nothing else is done with the instance meanwhile.

    Who promised may hold it already, and then says in which task it was
    (``before``).
    """

    gives = ('held_in',)

    def execute(self, instance_id: str, before: str | None) -> base.Given:
        """Claim the instance; it may need a restart as before."""
        with self.tools.db.writer() as tx:
            task = tx.instances.get(instance_id).task
            tx.instances.claim(instance_id, status.Task.UPDATING,
                               allowed=(*_FREE, status.Task.UPDATING),
                               when_idle=False)
        if task is status.Task.UPDATING and before is None:
            # We held it before we were killed, and nobody knows any more
            # what was before: a restart too many does no harm.
            task = status.Task.RESTART_REQUIRED
        return {'held_in': before or task}

    def revert(self, instance_id: str, held_in: str | None,
               before: str | None, undo_configuration_id: str | None
               ) -> None:
        """Let it go, with the group that it had."""
        held_in = held_in or before
        if held_in is None:
            return      # it was never held
        with self.tools.db.writer() as tx:
            tx.instances.record(instance_id,
                                configuration_id=undo_configuration_id)
            _let_go(tx, instance_id, status.Task[held_in])


class WriteOverrides(base.Step):
    """The values are in the engine's files."""

    def execute(self, instance_id: str, overrides: Values) -> None:
        """Replace what is there."""
        self.tools.guest.update_overrides(instance_id, overrides)

    def revert(self, instance_id: str, previous: Values) -> None:
        """Put back what was there."""
        if not _is_leaving(self.tools, instance_id):
            self.tools.guest.update_overrides(instance_id, previous)


class ApplyOverrides(base.Step):
    """The engine runs with the values that need no restart."""

    def execute(self, instance_id: str, dynamic: Values) -> None:
        """Set them; the guest sets all or none."""
        if dynamic:
            self.tools.guest.apply_overrides(instance_id, dynamic)

    def revert(self, instance_id: str, undo: Values) -> None:
        """Set what was set before."""
        if undo and not _is_leaving(self.tools, instance_id):
            self.tools.guest.apply_overrides(instance_id, undo)


class RecordConfiguration(base.Step):
    """The instance uses the group, and says whether it needs a restart."""

    def execute(self, instance_id: str, configuration_id: str | None,
                restart: bool, held_in: str) -> None:
        """Write it down and let the instance go."""
        then = (status.Task.RESTART_REQUIRED if restart
                else status.Task[held_in])
        with self.tools.db.writer() as tx:
            tx.faults.clear(instance_id)
            tx.instances.record(instance_id,
                                configuration_id=configuration_id)
            _let_go(tx, instance_id, then)


def _is_leaving(tools: toolbox.Tools, instance_id: str) -> bool:
    with tools.db.reader() as tx:
        return tx.instances.get(instance_id).task is status.Task.DELETING


def _let_go(tx: typing.Any, instance_id: str, then: status.Task) -> None:
    try:
        tx.instances.claim(instance_id, then,
                           allowed=(status.Task.UPDATING, then),
                           when_idle=False)
    except exception.InstanceBusy as error:
        LOG.info('instance %s: its task stays as it is: %s', instance_id,
                 error)
