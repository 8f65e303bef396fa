# SPDX-License-Identifier: Apache-2.0
"""What a cloud tells a new server, on a config drive or by HTTP."""

import base64
import json
import sys
import uuid

from imagebuilder import commands

LABEL = 'config-2'
PLACE = 'openstack/latest'
PATH = '/etc/trove/conf.d/guest_info.conf'
# The network that QEMU makes, so that the address is in it.
NETWORK = '169.254.0.0/16'
ADDRESS = '169.254.169.254'


def make(folder):
    """Lay out the files of a new server; return its id."""
    server = str(uuid.uuid4())
    text = base64.b64encode(f'[DEFAULT]\nguest_id = {server}\n'.encode())
    place = folder / PLACE
    place.mkdir(parents=True)
    (place / 'meta_data.json').write_text(json.dumps({
        'uuid': server, 'name': 'checked', 'hostname': 'checked'}), 'utf-8')
    (place / 'user_data').write_text(
        '#cloud-config\nwrite_files:\n'
        f'- {{path: {PATH}, permissions: "0600", encoding: b64,\n'
        f'   content: {text.decode()}}}\n', 'utf-8')
    return server


def drive(folder, image, log):
    """Make the config drive of these files."""
    commands.run(['genisoimage', '-quiet', '-R', '-J', '-V', LABEL, '-o',
                  image, folder], what='making a config drive', log=log)


def service(folder):
    """Return what QEMU is to run for each caller of the metadata service."""
    return f'{sys.executable} -B -m imagebuilder.checking.metadata {folder}'
