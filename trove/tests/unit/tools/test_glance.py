# SPDX-License-Identifier: Apache-2.0
import hashlib
import io
import json

import pytest

from imagebuilder import disk
from imagebuilder import errors
from imagebuilder import glance
from imagebuilder import progress
from imagebuilder import store

DOCUMENT = {'format': store.FORMAT, 'datastore': 'acme', 'min_ram_mb': 512,
            'min_disk_gb': 1}


@pytest.fixture
def client(tmp_path, monkeypatch):
    """A stand-in for the openstack client; answers what a test lays out."""
    program = tmp_path / 'openstack'
    program.write_text(f"""#!/bin/sh
echo "$@" >> {tmp_path}/calls
case "$2" in
list) cat {tmp_path}/images;;
create) test -e {tmp_path}/refuse && {{ echo "no quota" >&2; exit 1; }}
        echo new-id;;
esac
""")
    program.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:/usr/bin:/bin')
    (tmp_path / 'images').write_text('[]')
    (tmp_path / 'acme-1.0.json').write_text('{}')
    return tmp_path


def upload(client, document=DOCUMENT):
    return glance.upload('acme-1.0', client / 'acme-1.0.json', document,
                         progress.Progress(io.StringIO()))


def test_an_image_is_created_with_what_the_control_plane_looks_for(client):
    assert upload(client) == 'new-id'
    created = (client / 'calls').read_text().splitlines()[-1]
    for words in ('--tag trove', '--tag acme', '--property trove_layers=true',
                  '--min-ram 512', '--min-disk 1', '--disk-format raw'):
        assert words in created


def test_an_image_that_is_there_is_taken(client):
    checksum = hashlib.md5(b'{}', usedforsecurity=False).hexdigest()
    (client / 'images').write_text(json.dumps([
        {'ID': 'old', 'Checksum': 'other', 'Status': 'active'},
        {'ID': 'half', 'Checksum': checksum, 'Status': 'queued'},
        {'ID': 'same', 'Checksum': checksum, 'Status': 'active'}]))
    assert upload(client) == 'same'


def test_what_glance_refuses_is_told(client):
    (client / 'refuse').touch()
    with pytest.raises(errors.BuildError, match='no quota'):
        upload(client)


def test_a_missing_client_is_told(client, monkeypatch):
    monkeypatch.setenv('PATH', '/nowhere')
    with pytest.raises(errors.BuildError, match='python-openstackclient'):
        upload(client)


def test_a_disk_says_what_it_boots_with(client):
    upload(client, {**DOCUMENT, 'format': disk.FORMAT})
    created = (client / 'calls').read_text().splitlines()[-1]
    for words in ('--disk-format qcow2', '--container-format bare',
                  '--tag trove', '--tag acme', '--tag acme-1.0',
                  '--property hw_disk_bus=virtio',
                  '--property hw_vif_model=virtio',
                  '--property hw_rng_model=virtio',
                  '--property os_type=linux'):
        assert words in created
    assert 'trove_layers' not in created
    # It boots by either.
    assert 'hw_firmware_type' not in created
