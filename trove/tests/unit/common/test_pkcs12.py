# SPDX-License-Identifier: Apache-2.0
"""Bundles of strangers: good ones, bad ones, and bombs."""

import datetime
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from trove.common import pkcs12 as bundles
from trove.tests.fixtures import certificates
from trove.tests.fixtures import encryption

#: What the numbers of RSA with SHA-1 and SHA-256 begin with, as DER.
_RSA_WITH = b'\x2a\x86\x48\x86\xf7\x0d\x01\x01'


@pytest.fixture
def authority(tmp_path):
    return certificates.Authority(tmp_path / 'ca')


@pytest.mark.parametrize('password', [None, 'pass wörd'.encode()])
def test_a_bundle_is_taken_apart(authority, tmp_path, password):
    found = bundles.split(encryption.bundle(authority, password=password),
                          password)
    assert found['has_authority']
    with open(authority.file, encoding='ascii') as file:
        assert found['authority'] == file.read()
    chain, key = tmp_path / 'chain', tmp_path / 'key'
    chain.write_text(found['certificate'])
    key.write_text(found['private_key'])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key)


def test_without_an_authority_it_says_so(authority):
    found = bundles.split(encryption.bundle(authority, chain=False), None)
    assert not found['has_authority']
    assert found['authority'] == found['certificate']


def refused(bundle, words, password=None):
    with pytest.raises(bundles.BundleRefused, match=words):
        bundles.split(bundle, password)


@pytest.mark.parametrize('given', [None, b'wrong'])
def test_a_password_has_to_be_right(authority, given):
    refused(encryption.bundle(authority, password=b'right'), 'password',
            given)


@pytest.mark.parametrize('bundle', [b'', b'nonsense', b'\x30\x80' * 100])
def test_nonsense_is_refused(bundle):
    refused(bundle, 'no PKCS#12')


def test_a_large_one_is_not_even_looked_at():
    refused(b'x' * (bundles.MOST_BYTES + 1), 'bytes')


def test_a_short_key_is_refused(authority):
    key = rsa.generate_private_key(65537, 1024)     # the point
    made = authority._sign(x509.Name([x509.NameAttribute(
        x509.NameOID.COMMON_NAME, 'weak')]), key, [])
    refused(pkcs12.serialize_key_and_certificates(
        b'x', key, made, None, serialization.NoEncryption()), '2048')


def self_signed(key, first_day=-1, last_day=1, change=lambda der: der):
    """A bundle of one certificate, valid between two days from now."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'own')])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(
        name).public_key(key.public_key()).serial_number(
            1).not_valid_before(
                now + datetime.timedelta(days=first_day)).not_valid_after(
                    now + datetime.timedelta(days=last_day)).sign(
                        key, hashes.SHA256())
    made = x509.load_der_x509_certificate(
        change(made.public_bytes(serialization.Encoding.DER)))
    return pkcs12.serialize_key_and_certificates(
        b'x', key, made, None, serialization.NoEncryption())


@pytest.fixture(scope='module')
def key():
    return rsa.generate_private_key(65537, 2048)


def disliked(bundle, words):
    """As `refused`, without a process of its own."""
    with pytest.raises(bundles.BundleRefused, match=words):
        bundles._split(bundle, None)


@pytest.mark.parametrize('days', [(-2, -1), (1, 2)])
def test_a_certificate_out_of_its_time_is_refused(key, days):
    assert bundles._split(self_signed(key), None)
    disliked(self_signed(key, *days), 'not valid now')


def test_a_weak_signature_is_refused(key):
    # The library signs with nothing so weak: the certificate only says so.
    disliked(self_signed(key, change=lambda der: der.replace(
        _RSA_WITH + b'\x0b', _RSA_WITH + b'\x05')), 'signed with sha1')


def test_a_bundle_of_too_many_certificates_is_refused(authority, key):
    more = [authority._sign(x509.Name([]), key, [])
            for _ in range(bundles._MOST_CERTIFICATES + 1)]

    def bundle(some):
        return pkcs12.serialize_key_and_certificates(
            b'x', key, some[0], some, serialization.NoEncryption())

    assert bundles._split(bundle(more[1:]), None)
    disliked(bundle(more), 'too many')


def test_a_bundle_that_would_hash_for_hours_is_given_up(authority):
    bundle = encryption.bundle(authority, password=b'secret')
    bundles.split(bundle, b'secret')
    began = time.monotonic()
    refused(_bomb(bundle), 'too', b'secret')
    assert time.monotonic() - began < bundles._WALL_S + 5


def _bomb(bundle):
    """The same bundle with two billion rounds for its checksum.

    The count grows by two bytes, and so does everything around it.
    """
    at = bundle.rindex(b'\x02\x02')
    assert at + 4 == len(bundle)
    return _longer(bundle[:at] + b'\x02\x04\x7f\xff\xff\xff', bundle, at,
                   2)


def _longer(made, bundle, at, more):
    made = bytearray(made)
    for size_at, size_bytes, size in _around(bundle, at):
        made[size_at:size_at + size_bytes] = (size + more).to_bytes(
            size_bytes, 'big')
    return bytes(made)


def _around(bundle, at, start=0, end=None):
    """(place and width of the length, length) of what holds ``at``."""
    end = len(bundle) if end is None else end
    while start < end:
        first = bundle[start + 1]
        size_at, width = (start + 2, first & 127) if first & 128 else (
            start + 1, 1)
        size = int.from_bytes(bundle[size_at:size_at + width], 'big')
        body = size_at + width
        if body <= at < body + size:
            yield size_at, width, size
            yield from _around(bundle, at, body, body + size)
            return
        start = body + size


def test_bombs_of_others_do_not_hold_a_thread_for_long(authority,
                                                       monkeypatch):
    bundle = encryption.bundle(authority)
    monkeypatch.setattr(bundles, '_TURN_S', 0.01)
    with bundles._TURN, bundles._TURN:
        with pytest.raises(bundles.Crowded):
            bundles.split(bundle, None)
    assert bundles.split(bundle, None)
