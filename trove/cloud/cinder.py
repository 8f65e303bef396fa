# SPDX-License-Identifier: Apache-2.0
"""Data volumes, through Cinder."""

import contextlib

from cinderclient import client
from cinderclient import exceptions as cinder_errors
from keystoneauth1 import exceptions as ksa_errors

from trove.cloud import errors
from trove.cloud import marks
from trove.cloud import microversions
from trove.cloud import ports
from trove.cloud import resources
from trove.objects import orphan


class CinderVolumes(ports.Volumes):
    """Volumes are recognised by metadata set as they are made."""

    def __init__(self, session, endpoint, version='3.0'):
        self._session = session
        self._endpoint = endpoint
        self._version = version
        self._client = None

    @property
    def _cinder(self):
        # Asks what it speaks when first used: never while we start.
        if self._client is None:
            self._client = client.Client(
                microversions.agree('Cinder', self._session, self._endpoint,
                                    self._version, '3.0'),
                session=self._session, **self._endpoint)
        return self._client

    def types(self):
        """Volume types on offer."""
        with translated():
            return [resources.VolumeType(
                id=found.id, name=found.name,
                is_public=getattr(found, 'is_public', True),
                description=getattr(found, 'description', None))
                for found in self._cinder.volume_types.list()]

    def create(self, name, size_gb, instance_id, operation_id,
               volume_type=None, availability_zone=None):
        """Ask for a volume, unless one of this operation is there."""
        for found in self._of(instance_id):
            if found.metadata.get('trove_operation_id') == operation_id:
                return _volume(found)
        with translated():
            return _volume(self._cinder.volumes.create(
                size_gb, name=name, volume_type=volume_type,
                availability_zone=availability_zone,
                metadata={'trove_instance_id': instance_id,
                          'trove_operation_id': operation_id}))

    def find(self, instance_id):
        """Volumes whose metadata names the instance."""
        return [_volume(found) for found in self._of(instance_id)]

    def show(self, volume_id):
        """The volume now, or NotFound."""
        with translated():
            return _volume(self._cinder.volumes.get(volume_id))

    def owned(self):
        """Every volume that bears our mark."""
        with translated():
            found = self._cinder.volumes.list()
        return [orphan.Thing(
            kind='volume', external_id=volume.id,
            instance_id=volume.metadata['trove_instance_id'],
            created=marks.moment(volume.created_at))
            for volume in found
            if volume.metadata.get('trove_instance_id')]

    def extend(self, volume_id, size_gb):
        """Ask for a larger volume."""
        with translated():
            self._cinder.volumes.extend(volume_id, size_gb)

    def reset_status(self, volume_id, status):
        """Set the status."""
        with translated():
            self._cinder.volumes.reset_state(volume_id, status)

    def delete(self, volume_id):
        """Ask for its end; CloudBusy while it is attached or in the making.

        Cinder answers 400 for a volume in the wrong state.
        """
        with translated(), contextlib.suppress(cinder_errors.NotFound):
            try:
                self._cinder.volumes.delete(volume_id)
            except cinder_errors.BadRequest as error:
                raise ports.CloudBusy(service='Cinder',
                                      reason=error.message) from error

    def _of(self, instance_id):
        with translated():
            found = self._cinder.volumes.list(search_opts={
                'metadata': {'trove_instance_id': instance_id}})
        # A cloud may ignore a filter it does not know: look for ourselves.
        return [volume for volume in found
                if volume.metadata.get('trove_instance_id') == instance_id]


@contextlib.contextmanager
def translated():
    """Cinder's errors end here."""
    try:
        yield
    except cinder_errors.ClientException as error:
        raise errors.of_status('Cinder', error.code,
                               error.message) from error
    except ksa_errors.HttpError as error:
        raise errors.of_status('Cinder', error.http_status,
                               error.message) from error
    except ksa_errors.ClientException as error:
        raise errors.no_answer('Cinder', error) from error


def _volume(found):
    return resources.Volume(id=found.id, name=found.name, status=found.status,
                            size_gb=found.size, type=found.volume_type)
