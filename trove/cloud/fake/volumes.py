# SPDX-License-Identifier: Apache-2.0
"""Volumes in memory."""

import dataclasses
import threading
import uuid

from trove.cloud import ports
from trove.cloud import resources
from trove.cloud.fake import faults
from trove.cloud.fake import times
from trove.common import exception
from trove.objects import orphan


class FakeVolumes(ports.Volumes):
    """Volumes become available, or gone, after ``looks`` looks at them."""

    service = 'volumes'

    def __init__(self, switch):
        self.faults = switch
        self.lock = threading.RLock()
        self.volumes = {}
        self.looks = 1
        self.outcome = 'available'      # of the next volumes
        self.created = {}
        self._metadata = {}
        self.extended = None            # an error, for the next extensions
        self._extending = {}
        self._left = {}

    @faults.breakable
    def types(self):
        """The only volume type."""
        return [resources.VolumeType(id='lvm', name='lvm')]

    @faults.breakable
    def create(self, name, size_gb, instance_id, operation_id,
               volume_type=None, availability_zone=None):
        """Begin to make a volume, unless the operation has one."""
        wanted = (instance_id, operation_id)
        for volume_id, present in self._metadata.items():
            if present == wanted:
                return self.volumes[volume_id]
        volume = resources.Volume(id=str(uuid.uuid4()), name=name,
                                  status='creating', size_gb=size_gb,
                                  type=volume_type)
        self.volumes[volume.id] = volume
        self._metadata[volume.id] = wanted
        self.created[volume.id] = times.now()
        self._left[volume.id] = self.looks
        return volume

    @faults.breakable
    def find(self, instance_id):
        """Volumes whose metadata names the instance."""
        return [self.volumes[volume_id]
                for volume_id, (owner, _) in self._metadata.items()
                if owner == instance_id]

    @faults.breakable
    def show(self, volume_id):
        """The volume now; looking lets time pass."""
        if volume_id not in self.volumes:
            raise exception.NotFound(kind='Volume', id=volume_id)
        self._left[volume_id] -= 1
        if self._left[volume_id] < 0:
            self._settle(volume_id)
        if volume_id not in self.volumes:
            raise exception.NotFound(kind='Volume', id=volume_id)
        return self.volumes[volume_id]

    @faults.breakable
    def owned(self):
        """Every volume; all bear our mark."""
        return [orphan.Thing(kind='volume', external_id=volume_id,
                             instance_id=owner,
                             created=self.created[volume_id])
                for volume_id, (owner, _) in self._metadata.items()]

    @faults.breakable
    def extend(self, volume_id, size_gb):
        """Begin to make a volume larger."""
        volume = self.volumes[volume_id]
        if (volume.status not in ('in-use', 'available')
                or size_gb <= volume.size_gb):
            raise ports.CloudRefused(
                service='Fake cloud', reason='volume %s is %s and has %d GB'
                % (volume_id, volume.status, volume.size_gb))
        self._extending[volume_id] = volume.status, size_gb
        self._set(volume_id, 'extending')
        self._left[volume_id] = self.looks

    @faults.breakable
    def reset_status(self, volume_id, status):
        """Set the status."""
        self._set(volume_id, status)

    @faults.breakable
    def delete(self, volume_id):
        """Begin to remove a volume; CloudBusy while it is attached."""
        if volume_id not in self.volumes:
            return
        if self.volumes[volume_id].status in ('in-use', 'creating'):
            raise ports.CloudBusy(
                service='Fake cloud', reason='volume %s is %s' % (
                    volume_id, self.volumes[volume_id].status))
        self._set(volume_id, 'deleting')
        self._left[volume_id] = self.looks

    def attach(self, volume_id):
        """Its server has it."""
        if (volume_id not in self.volumes
                or self.volumes[volume_id].status != 'available'):
            raise ports.CloudRefused(
                service='Fake cloud',
                reason='volume %s is not available' % volume_id)
        self._set(volume_id, 'in-use')

    def detach(self, volume_id):
        """Its server is gone."""
        self._set(volume_id, 'available')

    def _set(self, volume_id, status):
        self.volumes[volume_id] = dataclasses.replace(
            self.volumes[volume_id], status=status)

    def _settle(self, volume_id):
        status = self.volumes[volume_id].status
        if status == 'creating':
            self._set(volume_id, self.outcome)
        elif status == 'extending':
            before, size_gb = self._extending.pop(volume_id)
            self._set(volume_id, self.extended or before)
            if not self.extended:
                self.volumes[volume_id] = dataclasses.replace(
                    self.volumes[volume_id], size_gb=size_gb)
        elif status == 'deleting':
            del self.volumes[volume_id]
            del self._metadata[volume_id]
