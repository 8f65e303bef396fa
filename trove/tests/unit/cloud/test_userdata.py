# SPDX-License-Identifier: Apache-2.0
"""What cloud-init, or our agent, reads from a config drive."""

import base64

import yaml

from trove.cloud import userdata


def test_files_are_written_for_their_owner_alone():
    text = userdata.build({'/etc/b': 'two\n', '/etc/a': 'ünï: "one"'})
    assert text.startswith('#cloud-config\n')
    files = yaml.safe_load(text)['write_files']
    assert [entry['path'] for entry in files] == ['/etc/a', '/etc/b']
    assert {entry['permissions'] for entry in files} == {'0600'}
    assert [base64.b64decode(entry['content']).decode()
            for entry in files] == ['ünï: "one"', 'two\n']
