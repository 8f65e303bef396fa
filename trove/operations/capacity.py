# SPDX-License-Identifier: Apache-2.0
"""Does it fit? Engine, image, flavor and volume of an instance."""

import typing

from trove.cloud import resources
from trove.common import exception
from trove.objects import datastore
from trove.operations import catalogue
from trove.operations import deps as deps_

has_zone = catalogue.has_zone


class EngineMissing(exception.BadRequest):
    """No plugin of this deployment speaks to the manager."""

    template = ('Version %(version)s of %(datastore)s needs the manager '
                '%(manager)s, which this deployment does not have.')


class ImageMissing(exception.BadRequest):
    """The image of the datastore version is not there."""

    template = ('The image of version %(version)s of %(datastore)s is '
                'missing or not active; tell your operator.')


class FlavorRefused(exception.BadRequest):
    """The flavor cannot be used for this."""

    template = 'flavorRef: %(reason)s'


class VolumeRefused(exception.BadRequest):
    """Size or type of the volume cannot be used for this."""

    template = 'volume: %(reason)s'


class VolumeTooLarge(exception.OverLimit):
    """The operator's limit of one volume's size would be passed."""

    template = ('A volume of %(want)d GB is above the limit of %(most)d GB '
                'for one instance.')


class VolumesNotSupported(exception.NotSupported):
    """The datastore keeps its data on the server's own disk."""

    template = ('%(datastore)s keeps its data on the server\'s own disk '
                'here: leave the volume out.')


def engine_of(deps: deps_.Deps, version: datastore.Version) -> typing.Any:
    """The control half of a version's engine."""
    try:
        return deps.datastores.get(version.manager)
    except exception.NotSupported as error:
        raise EngineMissing(version=version.name, manager=version.manager,
                            datastore=version.datastore_name) from error


def image_of(deps: deps_.Deps, version: datastore.Version) -> resources.Image:
    """The image that servers of a version boot from."""
    try:
        found = catalogue.image(deps, version.image_id, version.image_tags)
    except exception.NotFound as error:
        raise ImageMissing(version=version.name,
                           datastore=version.datastore_name) from error
    if found.status != 'active':
        raise ImageMissing(version=version.name,
                           datastore=version.datastore_name)
    return found


def flavor_of(deps: deps_.Deps, flavor_id: str | None,
              version: datastore.Version, image: resources.Image
              ) -> resources.Flavor:
    """The flavor, if the version may use it and its image fits into it."""
    if flavor_id is None:
        raise FlavorRefused(reason='a flavor must be named.')
    if version.flavor_ids and flavor_id not in version.flavor_ids:
        raise FlavorRefused(
            reason='flavor %s is not among those of this datastore version '
            '(%s).' % (flavor_id, ', '.join(sorted(version.flavor_ids))))
    try:
        found = catalogue.flavor(deps, flavor_id)
    except catalogue.FlavorNotFound as error:
        raise FlavorRefused(reason=str(error)) from error
    if found.ram_mb < image.min_ram_mb:
        raise FlavorRefused(
            reason='flavor %s has %d MB of memory, the image needs %d MB.'
            % (flavor_id, found.ram_mb, image.min_ram_mb))
    if 0 < found.disk_gb < image.min_disk_gb:
        raise FlavorRefused(
            reason='flavor %s has a disk of %d GB, the image needs %d GB.'
            % (flavor_id, found.disk_gb, image.min_disk_gb))
    return found


def volume_of(deps: deps_.Deps, engine: typing.Any,
              version: datastore.Version, flavor: resources.Flavor,
              size_gb: int | None, type_name: str | None
              ) -> tuple[int | None, str | None]:
    """Size and type of the data volume; (None, None) for local storage."""
    if not engine.volume_support:
        if size_gb is not None:
            raise VolumesNotSupported(datastore=version.datastore_name)
        if not (flavor.disk_gb or flavor.ephemeral_gb):
            raise FlavorRefused(
                reason='flavor %s has no disk that data could be kept on.'
                % flavor.id)
        return None, None
    if size_gb is None:
        raise VolumeRefused(reason='a size in GB must be given.')
    most = deps.conf.max_accepted_volume_size
    if size_gb > most:
        raise VolumeTooLarge(want=size_gb, most=most)
    return size_gb, _volume_type(deps, version, type_name)


def _volume_type(deps: deps_.Deps, version: datastore.Version,
                 name: str | None) -> str | None:
    bound = version.volume_types
    if bound:
        known = {found.name for found in catalogue.volume_types(deps)}
        usable = [found for found in bound if found in known]
        if not usable:
            raise VolumeRefused(reason='none of the volume types of this '
                                'datastore version exists any more.')
        if name is None:
            raise VolumeRefused(reason='a type must be given, one of %s.'
                                % ', '.join(usable))
        if name not in usable:
            raise VolumeRefused(
                reason='type %s is not among those of this datastore '
                'version (%s).' % (name, ', '.join(usable)))
        return name
    if name is None:
        return None
    try:
        return catalogue.volume_type(deps, name).name
    except catalogue.VolumeTypeNotFound as error:
        raise VolumeRefused(reason=str(error)) from error
