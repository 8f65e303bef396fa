# SPDX-License-Identifier: Apache-2.0
"""Images, through Glance."""

from trove.cloud import ports
from trove.cloud import resources
from trove.cloud import sdk
from trove.common import exception


class GlanceImages(ports.Images):
    """Images for guests; newest active one where tags name it."""

    def __init__(self, session, endpoint):
        self._connection = sdk.connect(session, endpoint, 'image')

    @property
    def _image(self):
        # Asks for a token when first used: never while a service starts.
        return self._connection.image

    def show(self, image_id):
        """One image, or NotFound."""
        with sdk.translated('Glance'):
            return _image(self._image.get_image(image_id))

    def newest(self, tags):
        """Newest active image carrying all tags, or NotFound."""
        with sdk.translated('Glance'):
            found = list(self._image.images(
                tag=list(tags), status='active', sort='created_at:desc'))
        for image in found:
            if set(tags) <= set(image.tags):
                return _image(image)
        raise exception.NotFound(
            'No active image carries the tags %s.' % ', '.join(tags))


def _image(found):
    return resources.Image(
        id=found.id, name=found.name, status=found.status,
        tags=tuple(found.tags or ()), min_disk_gb=found.min_disk or 0,
        min_ram_mb=found.min_ram or 0)
