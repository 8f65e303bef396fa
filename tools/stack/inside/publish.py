# SPDX-License-Identifier: Apache-2.0
"""Put a layer manifest into Glance and print the ids that Trove needs.

    publish.py NAME MANIFEST        (OS_CLOUD names an administrator)

The image's name carries a hash of the manifest: an image with that name is
the image. Older ones stay while servers may still boot from them.
"""

import hashlib
import json
import pathlib
import sys

import openstack

MANAGEMENT = 'trove-mgmt'


def main(name, manifest):
    """Print {"image": id, "management_network": id}."""
    data = pathlib.Path(manifest).read_bytes()
    full_name = f'{name}-{hashlib.sha256(data).hexdigest()[:12]}'
    with openstack.connect() as cloud:
        network = cloud.network.find_network(MANAGEMENT,
                                             ignore_missing=False)
        print(json.dumps({'image': _image(cloud, full_name, data).id,
                          'management_network': network.id}))


def _image(cloud, name, data):
    for image in cloud.image.images(name=name):
        if image.status == 'active':
            return image
        cloud.image.delete_image(image)     # a run was killed half-way
    return cloud.image.create_image(
        name, data=data, disk_format='raw', container_format='bare',
        visibility='public', tags=['trove', name.partition('-')[0]],
        trove_layers='true', wait=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
