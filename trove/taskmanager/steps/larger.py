# SPDX-License-Identifier: Apache-2.0
"""Data volumes that grow while they are in use."""

from trove.common import exception
from trove.taskmanager.steps import base

_READY = ('in-use', 'available')
_FAILED = 'error_extending'


class VolumeNotExtended(exception.TroveError):
    """The cloud did not make the volume larger."""

    template = ('volume %(volume_id)s has %(size_gb)d GB and is in status '
                '%(status)s')


class ExtendVolume(base.Step):
    """The volume has at least the size that was asked for.

    A volume cannot shrink: what this has made larger stays so. Its file
    system keeps its old size until somebody asks for a larger one again.
    """

    lasts = True

    def execute(self, volume_id: str, volume_gb: int) -> None:
        """Ask once, unless it has the size, and see it come."""
        asked = False

        def look() -> bool:
            nonlocal asked
            volume = self.tools.cloud.volumes.show(volume_id)
            if volume.status in _READY and volume.size_gb >= volume_gb:
                return True
            if volume.status == 'extending':
                return False
            if asked or volume.status not in _READY:
                raise VolumeNotExtended(volume_id=volume_id,
                                        size_gb=volume.size_gb,
                                        status=volume.status)
            self.tools.cloud.volumes.extend(volume_id, volume_gb)
            asked = True
            return False

        self.tools.until(look, self.tools.conf.volume_time_out,
                         'a volume of %d GB' % volume_gb)

    def revert(self, volume_id: str) -> None:
        """A failed attempt leaves a volume that is in use as it is; say so
        to the cloud, which would refuse the next attempt."""
        volume = self.tools.cloud.volumes.show(volume_id)
        if volume.status == _FAILED:
            self.tools.cloud.volumes.reset_status(volume_id, 'in-use')
