# SPDX-License-Identifier: Apache-2.0
"""Files of the control plane, from a metadata service; taken once."""

import base64
import gzip
import http.server
import json
import os
import stat

import pytest

from trove.cloud import userdata
from trove.guestagent import identity
from trove.tests.fixtures import loopback

FILES = {'/etc/trove/conf.d/guest_info.conf': '[DEFAULT]\nguest_id = i\n',
         '/etc/trove/conf.d/link.key': '{"key": "§"}'}


@pytest.fixture
def cloud(tmp_path):
    """A metadata service, and a root folder with an empty /dev."""
    (tmp_path / 'dev').mkdir()

    class Handler(http.server.BaseHTTPRequestHandler):
        answers = {
            '/openstack/latest/meta_data.json': '{"uuid": "server-1"}',
            '/openstack/latest/user_data': userdata.build(FILES)}
        asked = []

        def do_GET(self):
            self.asked.append(self.path)
            text = self.answers.get(self.path)
            self.send_response(200 if text else 404)
            self.end_headers()
            self.wfile.write((text or '').encode())

        def log_message(self, *args):
            pass

    Handler.root = tmp_path
    with loopback.served(Handler) as Handler.url:
        yield Handler


def establish(cloud, **facts):
    identity.establish(
        str(cloud.root / 'trove'), str(cloud.root / 'var' / 'identity.json'),
        **{'timeout_s': 2, 'root': str(cloud.root), 'url': cloud.url,
           **facts})


def test_files_are_written_privately_and_noted(cloud):
    establish(cloud)
    for path, text in FILES.items():
        target = cloud.root / 'trove' / os.path.relpath(path, '/etc/trove')
        assert target.read_text() == text
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    noted = json.loads((cloud.root / 'var' / 'identity.json').read_text())
    assert noted == {'server_id': 'server-1'}


def test_what_was_taken_once_is_not_taken_again(cloud):
    establish(cloud)
    changed = cloud.root / 'trove' / 'conf.d' / 'guest_info.conf'
    changed.write_text('rotated')
    asked = len(cloud.asked)
    establish(cloud)
    assert changed.read_text() == 'rotated'
    assert len(cloud.asked) == asked


def test_a_server_that_nobody_knows_says_so(cloud):
    cloud.answers.clear()
    with pytest.raises(identity.NoIdentity, match='config-2'):
        establish(cloud, timeout_s=0.3)
    assert not (cloud.root / 'var' / 'identity.json').exists()


@pytest.mark.parametrize('path', [
    '/etc/passwd', '/etc/trove/../passwd', 'relative', '/etc/trovex/y'])
def test_nothing_outside_our_folder_is_written(cloud, path):
    cloud.answers['/openstack/latest/user_data'] = userdata.build(
        {path: 'x'})
    with pytest.raises(identity.BadIdentity, match='outside'):
        establish(cloud)


def test_cloud_configs_of_others_are_understood():
    zipped = base64.b64encode(gzip.compress(b'packed')).decode()
    assert identity.parse(
        '#cloud-config\nwrite_files:\n'
        '- {path: /etc/trove/a, content: plain}\n'
        '- {path: /etc/trove/b, encoding: gz+b64, content: %s}\n' % zipped
    ) == {'/etc/trove/a': b'plain', '/etc/trove/b': b'packed'}


@pytest.mark.parametrize('text', [
    '', '#!/bin/sh\n', 'write_files: [{}]', 'a: [', 'write_files: 5',
    'write_files: [{path: /etc/trove/a, encoding: b64, content: "!!"}]',
    'write_files: [{path: /etc/trove/a, encoding: rot13, content: a}]'])
def test_user_data_that_is_none_is_an_error_of_ours(text):
    with pytest.raises(identity.BadIdentity):
        identity.parse(text)
