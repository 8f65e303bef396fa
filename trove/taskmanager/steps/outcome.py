# SPDX-License-Identifier: Apache-2.0
"""How an action on an instance ends: as before, or with something new."""

import logging
import typing

from trove.common import exception
from trove.objects import instance as objects
from trove.objects import status
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base

LOG = logging.getLogger(__name__)


class BackTo(base.Step):
    """First in, so last to be undone: by then the instance is as it was.

    It gets its earlier task back, and the quota what was set aside; the
    fault says what had failed.
    """

    def __init__(self, tools: toolbox.Tools, busy: status.Task) -> None:
        super().__init__(tools)
        self._busy = busy

    def execute(self) -> None:
        """Nothing yet."""

    def revert(self, instance_id: str, operation_id: str, was: str) -> None:
        """Give both back, unless the instance is already being deleted."""
        with self.tools.db.writer() as tx:
            tx.quotas.rollback(operation_id)
            _move(tx, instance_id, self._busy, status.Task[was])


class KeepVolumeSize(base.Step):
    """The volume is larger, and that is what counts."""

    def execute(self, instance_id: str, operation_id: str, volume_gb: int,
                was: str) -> None:
        """Record it. What waits for a restart of the engine still does."""
        _keep(self.tools, instance_id, operation_id, status.Task.RESIZING,
              status.Task[was], volume_gb=volume_gb)


class KeepFlavor(base.Step):
    """The server has its new size, and that is what counts."""

    def execute(self, instance_id: str, operation_id: str,
                flavor: typing.Mapping[str, typing.Any]) -> None:
        """Record it; the engine was restarted along the way."""
        _keep(self.tools, instance_id, operation_id, status.Task.RESIZING,
              status.Task.NONE, flavor_id=flavor['id'],
              ram_mb=flavor['ram_mb'])


class KeepAccess(base.Step):
    """Who may reach the instance has changed, and that is what counts."""

    def execute(self, instance_id: str, operation_id: str,
                access: typing.Mapping[str, typing.Any], was: str) -> None:
        """Record it. What waits for a restart of the engine still does."""
        cidrs = access['allowed_cidrs']
        _keep(self.tools, instance_id, operation_id, status.Task.UPDATING,
              status.Task[was], access=objects.Access(
                  is_public=access['is_public'],
                  allowed_cidrs=None if cidrs is None else tuple(cidrs)))


class KeepVersion(base.Step):
    """The instance has another version, and that is what counts."""

    def execute(self, instance_id: str, operation_id: str,
                version_id: str) -> None:
        """Record it; the engine was started along the way."""
        _keep(self.tools, instance_id, operation_id, status.Task.UPGRADING,
              status.Task.NONE, datastore_version_id=version_id)


def _keep(tools: toolbox.Tools, instance_id: str, operation_id: str,
          busy: status.Task, then: status.Task, **facts: typing.Any) -> None:
    """Facts, quota, fault and task: one transaction."""
    with tools.db.writer() as tx:
        tx.instances.record(instance_id, **facts)
        tx.quotas.commit(operation_id)
        tx.faults.clear(instance_id)
        _move(tx, instance_id, busy, then)


def _move(tx: typing.Any, instance_id: str, busy: status.Task,
          then: status.Task) -> None:
    try:
        tx.instances.claim(instance_id, then, allowed=(busy, then),
                           when_idle=False)
    except exception.InstanceBusy as error:
        LOG.info('instance %s: its task stays as it is: %s', instance_id,
                 error)
