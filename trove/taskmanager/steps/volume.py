# SPDX-License-Identifier: Apache-2.0
"""Data volumes: create, wait, delete."""

import functools

from trove.cloud import resources
from trove.common import exception
from trove.objects import status
from trove.taskmanager import tools as toolbox
from trove.taskmanager.steps import base


class VolumeFailed(exception.TroveError):
    """The cloud gave up on a volume."""

    template = 'volume %(volume_id)s is in status %(status)s'


class CreateVolume(base.Step):
    """Ask for the data volume, and let others work while it is made."""

    gives = ('volume_id',)
    error_task = status.Task.BUILDING_ERROR_VOLUME

    def execute(self, instance_id: str, operation_id: str,
                volume_gb: int | None, volume_type: str | None,
                availability_zone: str | None) -> base.Given:
        """Take the operation's volume, or make one; none if none is due."""
        if not volume_gb:
            return {'volume_id': None}
        conf = self.tools.conf
        volume = self.tools.cloud.volumes.create(
            resources.name_of(instance_id), volume_gb, instance_id,
            operation_id, volume_type or conf.cinder_volume_type,
            availability_zone if conf.enable_volume_az else None)
        with self.tools.db.writer() as tx:
            tx.resources.put(instance_id, 'volume', volume.id, operation_id)
            tx.instances.record(instance_id, volume_id=volume.id)
        return {'volume_id': volume.id}

    def revert(self, instance_id: str, volume_gb: int | None) -> None:
        """Remove every volume of the instance."""
        if volume_gb:
            remove_volumes(self.tools, instance_id)


class WaitVolume(base.Step):
    """The volume can be attached."""

    lasts = True
    error_task = status.Task.BUILDING_ERROR_VOLUME

    def execute(self, volume_id: str | None) -> None:
        """Wait until it is available (or already with its server)."""
        if volume_id:
            self.tools.until(lambda: self._ready(volume_id),
                             self.tools.conf.volume_time_out,
                             'an available volume')

    def _ready(self, volume_id: str) -> bool:
        try:
            word = self.tools.cloud.volumes.show(volume_id).status
        except exception.NotFound:
            word = 'deleted'
        if word.startswith(('error', 'deleted')):
            raise VolumeFailed(volume_id=volume_id, status=word)
        return word in ('available', 'in-use')


class DeleteVolumes(base.Step):
    """No volume of the instance is left."""

    lasts = True
    error_task = status.Task.BUILDING_ERROR_VOLUME

    def execute(self, instance_id: str) -> None:
        """Delete whatever the records or the cloud name, and see it go."""
        remove_volumes(self.tools, instance_id)


def remove_volumes(tools: toolbox.Tools, instance_id: str) -> None:
    """Delete the volumes of an instance and wait until they are gone."""
    with tools.db.reader() as tx:
        known = {found.external_id
                 for found in tx.resources.of(instance_id, 'volume')}
        recorded = tx.instances.get(instance_id, deleted=None).volume_id
    known |= {volume.id for volume in tools.cloud.volumes.find(instance_id)}
    if recorded:
        known.add(recorded)
    for volume_id in known:
        tools.until(functools.partial(_is_gone, tools, volume_id),
                    tools.conf.volume_time_out,
                    'the end of volume %s' % volume_id)
    with tools.db.writer() as tx:
        for volume_id in known:
            tx.resources.forget(instance_id, 'volume', volume_id)
        if recorded:
            tx.instances.record(instance_id, volume_id=None)


def _is_gone(tools: toolbox.Tools, volume_id: str) -> bool:
    """Look, and ask for its end while it is in no state to be deleted."""
    try:
        word = tools.cloud.volumes.show(volume_id).status
        if word != 'deleting':
            tools.cloud.volumes.delete(volume_id)
    except exception.NotFound:
        return True
    return False
