# SPDX-License-Identifier: Apache-2.0
"""TLS of a real MariaDB, as its clients see it."""

import os
import pathlib
import ssl
import stat

import pymysql
import pytest

from trove.common import exception
from trove.datastores import interfaces
from trove.guestkit import certificates as kit_certificates
from trove.tests.fixtures import certificates


@pytest.fixture
def authority(tmp_path):
    return certificates.Authority(tmp_path / 'ca')


@pytest.fixture
def tls(prepared):
    yield prepared.driver.tls
    prepared.driver.tls.configure('off', None)
    prepared.driver.engine.stop()
    prepared.driver.engine.start()


def certificate(authority, name='server', of=None):
    files = authority.issue(name, '127.0.0.1')
    found = [pathlib.Path(path).read_text() for path in files]
    return interfaces.Certificate(
        certificate=found[0], key=found[1],
        authority=pathlib.Path((of or authority).file).read_text())


def client(authority, name=None):
    context = ssl.create_default_context(cafile=authority.file)
    if name:
        context.load_cert_chain(*authority.issue(name))
    return context


def ask(machine, context=None, user='ann', password='an% e\u00e9!x'):
    with pymysql.connect(
            host='127.0.0.1', port=machine.port, user=user,
            password=password.encode(), connect_timeout=10,
            charset='utf8mb4', ssl=context,
            ssl_disabled=context is None) as session:
        with session.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
            cipher = cursor.fetchone()[1]
        return bool(cipher), session._sock if context else None


def restart(machine):
    machine.link.endpoint.restart()


def enter(machine, tls, mode, given):
    if tls.configure(mode, given):
        restart(machine)
    assert tls.mode() == mode


def refused(machine, context=None):
    with pytest.raises(pymysql.err.OperationalError):
        ask(machine, context)


def test_basic_is_really_optional(prepared, tls, authority):
    given = certificate(authority)
    assert tls.configure('basic', given) is True
    # Who asks again, since the answer was lost, is told the same.
    assert tls.configure('basic', given) is True
    assert ask(prepared) == (False, None)
    restart(prepared)
    assert ask(prepared)[0] is False
    assert ask(prepared, client(authority))[0] is True
    assert tls.certificate() == given.certificate
    assert given.key not in repr(given)


def test_a_client_that_verifies_turns_a_stranger_away(
        prepared, tls, authority, tmp_path):
    enter(prepared, tls, 'basic', certificate(authority))
    stranger = certificates.Authority(tmp_path / 'other')
    refused(prepared, client(stranger))


def test_enforced_lets_nobody_in_without_tls(prepared, tls, authority):
    enter(prepared, tls, 'enforced', certificate(authority))
    refused(prepared)
    assert ask(prepared, client(authority))[0] is True
    # The agent's own way in stays open.
    assert prepared.driver.engine.status().shown_as == 'HEALTHY'


def test_mtls_asks_for_a_certificate(prepared, tls, authority):
    enter(prepared, tls, 'mtls', certificate(authority))
    refused(prepared)
    refused(prepared, client(authority))
    assert ask(prepared, client(authority, 'a-client'))[0] is True


def test_mtls_holds_for_new_accounts_and_root(prepared, tls, authority):
    enter(prepared, tls, 'mtls', certificate(authority))
    endpoint = prepared.link.endpoint
    endpoint.create_user([{'name': 'new', 'password': 'pw', 'host': '%'}])
    endpoint.enable_root_with_password('pw')
    for user in ('new', 'root'):
        with pytest.raises(pymysql.err.OperationalError):
            ask(prepared, client(authority), user, 'pw')
        assert ask(prepared, client(authority, user), user, 'pw')[0]
    endpoint.delete_user({'name': 'new'})
    endpoint.disable_root()


def test_the_way_back_from_mtls_lets_accounts_in(prepared, tls, authority):
    enter(prepared, tls, 'mtls', certificate(authority))
    assert tls.configure('basic', None) is False
    assert ask(prepared)[0] is False
    enter(prepared, tls, 'mtls', None)
    refused(prepared, client(authority))
    enter(prepared, tls, 'off', None)
    assert ask(prepared)[0] is False
    assert tls.certificate() is None


def test_another_certificate_is_shown_without_a_restart(
        prepared, tls, authority, tmp_path):
    enter(prepared, tls, 'enforced', certificate(authority))
    pid = prepared.engine_pid()
    other = certificates.Authority(tmp_path / 'other', 'other CA')
    assert tls.configure('enforced', certificate(other)) is False
    assert prepared.engine_pid() == pid
    refused(prepared, client(authority))
    assert ask(prepared, client(other))[0] is True


def test_a_key_of_another_certificate_changes_nothing(
        prepared, tls, authority):
    enter(prepared, tls, 'enforced', certificate(authority))
    bad = interfaces.Certificate(
        certificate=certificate(authority, 'one').certificate,
        key=certificate(authority, 'two').key,
        authority=pathlib.Path(authority.file).read_text())
    with pytest.raises(kit_certificates.BadCertificate):
        tls.configure('basic', bad)
    assert tls.mode() == 'enforced'
    refused(prepared)
    restart(prepared)
    assert ask(prepared, client(authority))[0] is True


def test_the_mode_outlives_the_tenants_configuration(
        prepared, tls, authority):
    enter(prepared, tls, 'enforced', certificate(authority))
    endpoint = prepared.link.endpoint
    endpoint.update_overrides({'max_connections': 55})
    restart(prepared)
    endpoint.update_overrides({})
    restart(prepared)
    refused(prepared)
    assert ask(prepared, client(authority))[0] is True


def test_a_mode_can_be_set_while_the_engine_is_down(
        prepared, tls, authority):
    prepared.driver.engine.stop()
    assert tls.configure('mtls', certificate(authority)) is True
    prepared.driver.engine.start()
    refused(prepared, client(authority))
    assert ask(prepared, client(authority, 'ann'))[0] is True


def test_keys_are_the_engines_alone_and_off_the_data_volume(
        prepared, tls, authority):
    given = certificate(authority)
    tls.configure('basic', given)
    tls.configure('basic', certificate(authority))
    found = []
    for folder, _, names in os.walk(prepared.root):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path) or name == 'volume.img':
                continue
            if b'PRIVATE KEY' in pathlib.Path(path).read_bytes():
                found.append(path)
                assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert len(found) == 1
    assert not found[0].startswith(prepared.path('/var/lib/mysql'))


def test_an_authority_that_is_none_is_refused(prepared, tls, authority):
    good = certificate(authority)
    with pytest.raises(exception.Unprocessable):
        tls.configure('mtls', interfaces.Certificate(
            certificate=good.certificate, key=good.key, authority='nothing'))
    assert tls.mode() != 'mtls'
