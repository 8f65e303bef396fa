# SPDX-License-Identifier: Apache-2.0
"""Images in memory."""

import threading

from trove.cloud import ports
from trove.cloud import resources
from trove.cloud.fake import faults
from trove.common import exception


class FakeImages(ports.Images):
    """Images, oldest first."""

    service = 'images'

    def __init__(self, switch):
        self.faults = switch
        self.lock = threading.RLock()
        self.images = [resources.Image(
            id='image-1', name='trove-mariadb', status='active',
            tags=('trove', 'mariadb'))]

    @faults.breakable
    def show(self, image_id):
        """One image, or NotFound."""
        for image in self.images:
            if image.id == image_id:
                return image
        raise exception.NotFound(kind='Image', id=image_id)

    @faults.breakable
    def newest(self, tags):
        """Newest active image carrying all tags, or NotFound."""
        for image in reversed(self.images):
            if image.status == 'active' and set(tags) <= set(image.tags):
                return image
        raise exception.NotFound(
            'No active image carries the tags %s.' % ', '.join(tags))
