# SPDX-License-Identifier: Apache-2.0
"""What is written down about an instance."""

import logging

from trove.common import exception
from trove.objects import status
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)


class ResourcesLeft(exception.InternalError):
    """Something of the instance is still on record."""

    template = 'still there: %(what)s'


class FailTo(base.Step):
    """First in, so last to be undone: only then the tenant sees ERROR.

    By then everything else has been given back.
    """

    def __init__(self, tools: toolbox.Tools, busy: status.Task) -> None:
        super().__init__(tools)
        self._busy = busy

    def execute(self) -> None:
        """Nothing yet."""

    def revert(self, instance_id: str, operation_id: str,
               error_task: status.Task) -> None:
        """Show the failure, unless the instance is already being deleted.

        What was reserved counts until the instance is deleted.
        """
        with self.tools.db.writer() as tx:
            tx.quotas.commit(operation_id)
            try:
                tx.instances.claim(instance_id, error_task,
                                   allowed=(self._busy,), when_idle=False)
            except exception.InstanceBusy as error:
                LOG.info('instance %s: its task stays as it is: %s',
                         instance_id, error)


class SetTask(base.Step):
    """The promise is kept: the instance's task moves on, unless somebody
    else has moved it, and what was reserved is in use."""

    def __init__(self, tools: toolbox.Tools, busy: status.Task,
                 then: status.Task) -> None:
        super().__init__(tools)
        self._busy = busy
        self._then = then

    def execute(self, instance_id: str, operation_id: str) -> None:
        """Move it; a deletion that came in between goes first."""
        with self.tools.db.writer() as tx:
            tx.quotas.commit(operation_id)
            tx.faults.clear(instance_id)
            try:
                tx.instances.claim(instance_id, self._then,
                                   allowed=(self._busy, self._then),
                                   when_idle=False)
            except exception.InstanceBusy as error:
                LOG.info('instance %s: its task stays as it is: %s',
                         instance_id, error)


class ForgetInstance(base.Step):
    """The instance is gone, and its quota is free."""

    def execute(self, instance_id: str) -> None:
        """Mark it deleted, provided that nothing of it is on record."""
        with self.tools.db.writer() as tx:
            left = tx.resources.of(instance_id)
            if left:
                raise ResourcesLeft(what=', '.join(
                    '%s %s' % (found.kind, found.external_id)
                    for found in left))
            tx.quotas.release(instance_id)
            tx.faults.clear(instance_id)
            tx.tls.forget(instance_id)
            tx.modules.take_away(instance_id)
            tx.guests.set_status(instance_id, status.Service.DELETED)
            tx.instances.mark_deleted(instance_id)
