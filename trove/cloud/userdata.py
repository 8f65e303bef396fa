# SPDX-License-Identifier: Apache-2.0
"""What a new server finds on its config drive."""

import base64

import yaml


def build(files):
    """A cloud-config document that writes the files, mode 0600.

    ``files`` maps absolute paths to texts. Both cloud-init and our own guest
    agent read it.
    """
    entries = [
        {'path': path, 'permissions': '0600', 'encoding': 'b64',
         'content': base64.b64encode(text.encode()).decode()}
        for path, text in sorted(files.items())]
    return '#cloud-config\n' + yaml.safe_dump({'write_files': entries},
                                              sort_keys=False)
