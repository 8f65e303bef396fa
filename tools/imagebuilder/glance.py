# SPDX-License-Identifier: Apache-2.0
"""Gives a built image to Glance, with the stock command line client."""

import hashlib
import json
import subprocess

from imagebuilder import disk
from imagebuilder import errors

# The kernel has drivers of virtio. It boots by BIOS and by UEFI, with Secure
# Boot or without: which, is the cloud's affair, so no firmware is asked for.
DISK_PROPERTIES = {
    'hw_disk_bus': 'virtio', 'hw_vif_model': 'virtio',
    'hw_rng_model': 'virtio', 'os_type': 'linux',
    'os_distro': 'debian', 'os_admin_user': 'root',
}


def upload(image, path, document, progress):
    """Have Glance hold the image as it is now; return its id.

    The cloud and the credentials are those of the environment (OS_CLOUD or
    OS_*). An image of the same name and content is taken as it is, so that
    doing it twice makes no second image.
    """
    checksum = _md5(path)
    for each in json.loads(_openstack(
            'image', 'list', '--name', image, '--long', '-f', 'json')):
        if each['Checksum'] == checksum and each['Status'] == 'active':
            return each['ID']
    size_mb = -(-path.stat().st_size // 2 ** 20)
    with progress.step(f'uploading {size_mb} MB'):
        return _openstack(
            'image', 'create', image, '--file', str(path),
            *_kind(document), '--container-format', 'bare',
            '--min-ram', str(document['min_ram_mb']),
            '--min-disk', str(document['min_disk_gb']),
            '--tag', 'trove', '--tag', document['datastore'],
            '--tag', image, '-f', 'value', '-c', 'id').strip()


def _kind(document):
    """Return what Nova must know of it: layers, or a disk and its ways."""
    if document['format'] == disk.FORMAT:
        found = ['--disk-format', 'qcow2']
        properties = DISK_PROPERTIES
    else:
        found = ['--disk-format', 'raw']
        properties = {'trove_layers': 'true'}
    for name, value in properties.items():
        found += ['--property', f'{name}={value}']
    return found


def _md5(path):
    """Return the checksum that Glance has of a file."""
    with open(path, 'rb') as source:
        return hashlib.file_digest(
            source, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


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
