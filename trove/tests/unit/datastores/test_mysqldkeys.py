# SPDX-License-Identifier: Apache-2.0
"""Keys of mysqld, which are not with its data."""

import os
import pathlib
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from trove.datastores.sqlfamily.guest import inifile
from trove.datastores.sqlfamily.guest import mysqldkeys
from trove.datastores.sqlfamily.guest import mysqldtls
from trove.datastores.sqlfamily.guest import places


@pytest.fixture
def keys(tmp_path, monkeypatch):
    monkeypatch.setattr(places, 'USER', os.getuid())
    data = tmp_path / 'data'
    data.mkdir()
    return mysqldkeys.MysqldKeys(str(tmp_path / 'keys'), str(data))


def contents(keys):
    return {path.name: path.read_bytes()
            for path in pathlib.Path(keys._folder).iterdir()}


def test_a_server_can_work_with_them(keys):
    keys.ensure()
    found = keys.settings
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(found['ssl_cert'], found['ssl_key'])
    private, public = (pathlib.Path(found[
        'caching_sha2_password_%s_key_path' % kind]).read_bytes()
        for kind in ('private', 'public'))
    key = serialization.load_pem_private_key(private, None)
    assert public == key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)
    assert key.key_size >= 2048


def test_nobody_else_reads_them(keys):
    keys.ensure()
    folder = pathlib.Path(keys._folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_they_stay_as_they_are(keys):
    keys.ensure()
    before = contents(keys)
    keys.ensure()
    assert contents(keys) == before


@pytest.mark.parametrize('last', ['server-key.pem', 'private_key.pem'])
def test_half_a_pair_is_made_anew(keys, last):
    keys.ensure()
    os.unlink(os.path.join(keys._folder, last))
    keys.ensure()
    test_a_server_can_work_with_them(keys)


def test_the_certificate_is_good_for_years(keys):
    keys.ensure()
    found = x509.load_pem_x509_certificate(
        pathlib.Path(keys.certificate['ssl_cert']).read_bytes())
    assert (found.not_valid_after_utc
            - found.not_valid_before_utc).days > 3000


def test_what_lies_with_the_data_is_taken_away(keys):
    for name in ('ca-key.pem', 'private_key.pem', 'ibdata1'):
        pathlib.Path(keys._data, name).write_text('x')
    keys.sweep()
    keys.sweep()
    assert os.listdir(keys._data) == ['ibdata1']


class Engine:
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def run(self, statement, *values):
        self.told.append((statement.replace('%s', '?'), *values))
        return ()


def test_the_way_back_to_the_builtin_certificate_asks_nobody_for_one(
        keys, tmp_path):
    layers = inifile.IniLayers(
        base=str(tmp_path / 'base'), folder=str(tmp_path / 'layers'),
        owner=os.getuid(), section='mysqld')
    tls = mysqldtls.MysqldTls(None, layers, str(tmp_path / 'tls'), (), keys)
    engine = Engine()
    tls._reload(engine)
    assert engine.told == [
        ('SET GLOBAL ssl_cert = ?', keys.certificate['ssl_cert']),
        ('SET GLOBAL ssl_key = ?', keys.certificate['ssl_key']),
        ('SET GLOBAL ssl_ca = ?', None),
        ('ALTER INSTANCE RELOAD TLS',),
        ('SET GLOBAL require_secure_transport = ?', 0)]
