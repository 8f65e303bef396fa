# SPDX-License-Identifier: Apache-2.0
"""The keyring opens what its keys sealed and says why when it cannot."""

import base64
import json
import os

import pytest

from trove.common import crypto
from trove.common import exception


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / 'keys')


def test_a_new_keyring_is_for_its_owner_only_and_works(path):
    crypto.Keyring.create(path, 'k1')
    assert os.stat(path).st_mode & 0o777 == 0o600
    ring = crypto.Keyring.load(path)
    assert ring.open(ring.seal(b'plain', b'where'), b'where') == b'plain'


def test_a_keyring_is_never_replaced(path):
    crypto.Keyring.create(path, 'k1')
    with pytest.raises(FileExistsError):
        crypto.Keyring.create(path, 'k2')


def test_what_an_older_key_sealed_opens_after_a_rotation():
    old, new = crypto.new_key(), crypto.new_key()
    text = crypto.Keyring('k1', {'k1': old}).seal(b'plain', b'a')
    ring = crypto.Keyring('k2', {'k1': old, 'k2': new})
    assert ring.open(text, b'a') == b'plain'
    assert ring.seal(b'plain', b'a').startswith('k2:')


@pytest.mark.parametrize('spoil', [
    lambda text: text.replace('k1:', 'k9:'),
    lambda text: text.partition(':')[2],
    lambda text: text[:-4] + 'AAAA',
    lambda text: 'k1:AAAA',
    lambda text: 'k1:%%'])
def test_a_spoiled_value_does_not_open(spoil):
    ring = crypto.Keyring('k1', {'k1': crypto.new_key()})
    with pytest.raises(crypto.SealBroken):
        ring.open(spoil(ring.seal(b'plain', b'a')), b'a')


def test_a_value_moved_elsewhere_does_not_open():
    ring = crypto.Keyring('k1', {'k1': crypto.new_key()})
    with pytest.raises(crypto.SealBroken):
        ring.open(ring.seal(b'plain', b'row 1'), b'row 2')


@pytest.mark.parametrize('document', [
    'not json', '{}', '{"current": "k1", "keys": {}}',
    json.dumps({'current': 'k1', 'keys': {'k1': 'AAAA'}}),
    json.dumps({'current': 'k:1', 'keys': {
        'k:1': base64.b64encode(bytes(32)).decode()}})])
def test_an_unfit_file_is_a_clear_error(path, document):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(document)
    with pytest.raises(exception.ConfigError):
        crypto.Keyring.load(path)


def test_without_a_keyring_nothing_starts():
    with pytest.raises(exception.ConfigError, match='keyring_new'):
        crypto.Keyring.load(None)
