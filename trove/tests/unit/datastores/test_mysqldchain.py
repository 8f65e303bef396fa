# SPDX-License-Identifier: Apache-2.0
"""What mysqld holds its own certificate against."""

import datetime
import os
import pathlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import inifile
from trove.datastores.sqlfamily.guest import mysqldchain
from trove.datastores.sqlfamily.guest import mysqldtls
from trove.guestkit import certificates

_DAY = datetime.timedelta(days=1)


class Signed:
    """A certificate and its key; without a ``signer`` it signs itself."""

    def __init__(self, name, signer=None, key=None):
        self.name = x509.Name([x509.NameAttribute(
            x509.NameOID.COMMON_NAME, name)])
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        signer = signer or self
        now = datetime.datetime.now(datetime.UTC)
        self.pem = x509.CertificateBuilder().subject_name(
            self.name).issuer_name(signer.name).public_key(
                self.key.public_key()).serial_number(
                    x509.random_serial_number()).not_valid_before(
                        now - _DAY).not_valid_after(
                            now + _DAY).sign(
                                signer.key, hashes.SHA256()).public_bytes(
                                    serialization.Encoding.PEM).decode()

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode()


ROOT = Signed('root')
MIDDLE = Signed('middle', ROOT)
OWN = Signed('db', MIDDLE)


def given(certificate, authority, key=OWN):
    return interfaces.Certificate(certificate=certificate, key=key.key_pem,
                                  authority=authority)


def refused(words, certificate, authority):
    with pytest.raises(certificates.BadCertificate, match=words):
        mysqldchain.authorities(given(certificate, authority))


def test_those_between_stand_with_the_authority():
    assert mysqldchain.authorities(given(
        OWN.pem + MIDDLE.pem, ROOT.pem)) == ROOT.pem + MIDDLE.pem
    # They may be there already.
    assert mysqldchain.authorities(given(
        OWN.pem + MIDDLE.pem, MIDDLE.pem + ROOT.pem)) == (
            MIDDLE.pem + ROOT.pem)


def test_one_that_the_authority_or_it_itself_has_signed_needs_none():
    own = Signed('db', ROOT)
    assert mysqldchain.authorities(given(own.pem, ROOT.pem)) == ROOT.pem
    assert mysqldchain.authorities(given(ROOT.pem, ROOT.pem)) == ROOT.pem


@pytest.mark.parametrize('certificate, authority, missing', [
    (OWN.pem, ROOT.pem, 'middle'), (OWN.pem, OWN.pem, 'middle'),
    (OWN.pem + MIDDLE.pem, MIDDLE.pem, 'root'),
    # Of the same name, and not the one who signed.
    (OWN.pem + Signed('middle', ROOT).pem, ROOT.pem, 'middle')])
def test_what_is_missing_is_named(certificate, authority, missing):
    refused('intermediate certificates are missing.*none of CN=%s, '
            % missing, certificate, authority)


def test_a_circle_is_no_chain():
    one = Signed('one')
    two = Signed('two', one)
    refused('circle', Signed('db', one).pem + two.pem
            + Signed('one', two, one.key).pem, ROOT.pem)


def test_nonsense_is_refused():
    refused('cannot be used', 'nonsense', ROOT.pem)


def test_nothing_is_changed_before_it_is_known_to_be_good(tmp_path):
    layers = inifile.IniLayers(
        base=str(tmp_path / 'base.cnf'), folder=str(tmp_path / 'layers'),
        owner=os.getuid(), section='mysqld')
    folder = tmp_path / 'tls'
    tls = mysqldtls.MysqldTls(None, layers, str(folder), (), None)
    with pytest.raises(certificates.BadCertificate, match='missing'):
        tls.configure('enforced', given(OWN.pem, ROOT.pem))
    assert list(folder.iterdir()) == []
    made = pathlib.Path(tls._make('enforced', given(
        OWN.pem + MIDDLE.pem, ROOT.pem)))
    assert (made / 'ca.pem').read_text() == ROOT.pem + MIDDLE.pem
    assert (made / 'server-cert.pem').read_text() == OWN.pem + MIDDLE.pem
