# SPDX-License-Identifier: Apache-2.0
"""TLS of a real PostgreSQL, as its clients see it."""

import os
import pathlib
import stat

import pytest

from trove.common import exception
from trove.datastores import interfaces
from trove.guestkit import certificates as kit_certificates
from trove.tests.fixtures import certificates
from trove.tests.fixtures import guest_engines

REFUSED = guest_engines.PostgreSQL.refused


@pytest.fixture
def authority(tmp_path):
    return certificates.Authority(tmp_path / 'ca')


@pytest.fixture
def tls(postgresql):
    yield postgresql.driver.tls
    postgresql.driver.engine.start()
    assert postgresql.driver.tls.configure('off', None) is False


def certificate(authority, name='server', of=None):
    files = authority.issue(name, '127.0.0.1')
    found = [pathlib.Path(path).read_text() for path in files]
    return interfaces.Certificate(
        certificate=found[0], key=found[1],
        authority=pathlib.Path((of or authority).file).read_text())


def ask(machine, authority=None, name=None, user='ann',
        password='an% e\u00e9!x'):
    """Whether the connection is encrypted; the client verifies."""
    more = {'sslmode': 'disable'}
    if authority:
        more = {'sslmode': 'verify-full', 'sslrootcert': authority.file}
    if name:
        cert, key = authority.issue(name)
        os.chmod(key, 0o600)
        more.update(sslcert=cert, sslkey=key)
    with machine.kind.connect(machine.port, user, password, 'shop',
                              **more) as session:
        session.execute('SELECT 1')
        return bool(session.pgconn.ssl_in_use)


def refused(machine, *client):
    with pytest.raises(REFUSED):
        ask(machine, *client)


def test_basic_is_really_optional_and_needs_no_restart(postgresql, tls,
                                                       authority):
    pid = postgresql.engine_pid()
    given = certificate(authority)
    assert tls.configure('basic', given) is False
    assert ask(postgresql) is False
    assert ask(postgresql, authority) is True
    assert tls.certificate() == given.certificate
    assert postgresql.engine_pid() == pid


def test_a_client_that_verifies_turns_a_stranger_away(postgresql, tls,
                                                      authority, tmp_path):
    tls.configure('basic', certificate(authority))
    refused(postgresql, certificates.Authority(tmp_path / 'other'))


def test_enforced_lets_nobody_in_without_tls(postgresql, tls, authority):
    assert tls.configure('enforced', certificate(authority)) is False
    refused(postgresql)
    assert ask(postgresql, authority) is True
    assert postgresql.driver.engine.status().shown_as == 'HEALTHY'
    postgresql.link.endpoint.update_overrides({'work_mem': 5000})
    postgresql.link.endpoint.restart()
    postgresql.link.endpoint.update_overrides({})
    refused(postgresql)
    assert ask(postgresql, authority) is True


def test_mtls_asks_for_a_certificate(postgresql, tls, authority, tmp_path):
    tls.configure('mtls', certificate(authority))
    refused(postgresql)
    refused(postgresql, authority)
    assert ask(postgresql, authority, 'a-client') is True
    postgresql.link.endpoint.create_user([{'name': 'new',
                                           'password': 'pw'}])
    postgresql.link.endpoint.grant_access('new', '%', ['shop'])
    with pytest.raises(REFUSED):
        ask(postgresql, authority, None, 'new', 'pw')
    assert ask(postgresql, authority, 'new', 'new', 'pw') is True
    postgresql.link.endpoint.delete_user({'name': 'new'})
    tls.configure('off', None)
    assert ask(postgresql) is False
    assert tls.certificate() is None
    assert tls.configure('enforced', None) is False
    assert ask(postgresql, authority) is True


def test_another_certificate_is_shown_without_a_restart(
        postgresql, tls, authority, tmp_path):
    tls.configure('enforced', certificate(authority))
    other = certificates.Authority(tmp_path / 'other', 'other CA')
    assert tls.configure('enforced', certificate(other)) is False
    refused(postgresql, authority)
    assert ask(postgresql, other) is True


def test_what_does_not_fit_changes_nothing(postgresql, tls, authority):
    tls.configure('enforced', certificate(authority))
    good = certificate(authority)
    for bad in (
            interfaces.Certificate(
                certificate=good.certificate,
                key=certificate(authority, 'two').key,
                authority=good.authority),
            interfaces.Certificate(certificate=good.certificate,
                                   key=good.key, authority='nothing')):
        with pytest.raises(kit_certificates.BadCertificate):
            tls.configure('basic', bad)
    with pytest.raises(exception.BadRequest):
        tls.configure('quantum', good)
    assert tls.mode() == 'enforced'
    refused(postgresql)
    assert ask(postgresql, authority) is True


def test_a_mode_can_be_set_while_the_engine_is_down(postgresql, tls,
                                                    authority):
    postgresql.driver.engine.stop()
    assert tls.configure('mtls', certificate(authority)) is True
    postgresql.driver.engine.start()
    refused(postgresql, authority)
    assert ask(postgresql, authority, 'ann') is True


def test_keys_are_the_engines_alone_and_off_the_data_volume(
        postgresql, tls, authority):
    tls.configure('basic', certificate(authority))
    tls.configure('basic', certificate(authority))
    found = []
    for folder, _, names in os.walk(postgresql.root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name != 'volume.img' and (
                    b'PRIVATE KEY' in pathlib.Path(path).read_bytes()):
                found.append(path)
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert len(found) == 1
    assert not found[0].startswith(postgresql.mount_point)
