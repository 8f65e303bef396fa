# SPDX-License-Identifier: Apache-2.0
"""Gives a built image to Glance, with the stock command line client."""

import hashlib
import json
import subprocess

from imagebuilder import errors


def upload(image, path, document):
    """Have Glance hold the image as it is now; return its id.

    The cloud and the credentials are those of the environment (OS_CLOUD or
    OS_*). An image of the same name and content is taken as it is, so that
    doing it twice makes no second image.
    """
    checksum = hashlib.md5(path.read_bytes(),
                           usedforsecurity=False).hexdigest()
    for each in json.loads(_openstack(
            'image', 'list', '--name', image, '--long', '-f', 'json')):
        if each['Checksum'] == checksum and each['Status'] == 'active':
            return each['ID']
    return _openstack(
        'image', 'create', image, '--file', str(path),
        '--disk-format', 'raw', '--container-format', 'bare',
        '--min-ram', str(document['min_ram_mb']),
        '--min-disk', str(document['min_disk_gb']),
        '--property', 'trove_layers=true',
        '--tag', 'trove', '--tag', document['datastore'],
        '--tag', image, '-f', 'value', '-c', 'id').strip()


def _openstack(*words):
    try:
        done = subprocess.run(['openstack', *words], text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise errors.BuildError(
            '--upload needs the openstack command line client: install '
            'python-openstackclient') from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or ['it said nothing']
        raise errors.BuildError(f'Glance did not take the image: {said[-1]}')
    return done.stdout
