# SPDX-License-Identifier: Apache-2.0
"""Keys that mysqld would otherwise make for itself, on the data volume.

Whoever has a copy of a volume, a snapshot or a backup of its files, must not
get along with it what its server proves itself by, or what passwords on their
way to it are encrypted for. So the agent makes both on the root disk, before
the first start, and the server is told to make none.
"""

import datetime
import glob
import logging
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa

from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import places as where
from trove.guestkit import files

LOG = logging.getLogger(__name__)

_CERTIFICATE = 'server-cert.pem'
_KEY = 'server-key.pem'
_PRIVATE = 'private_key.pem'
_PUBLIC = 'public_key.pem'
_DAYS = 3650
_RSA_BITS = 2048


class MysqldKeys:
    """A certificate that nobody can verify, and a pair of keys for
    passwords that are sent without TLS.

    ``folder`` is theirs alone, on the root disk.
    """

    def __init__(self, folder: str, data: str) -> None:
        self._folder = folder
        self._data = data

    @property
    def certificate(self) -> interfaces.Item:
        """Settings that name the certificate; nobody has signed it."""
        return {'ssl_cert': self._path(_CERTIFICATE),
                'ssl_key': self._path(_KEY)}

    @property
    def settings(self) -> interfaces.Item:
        """Where all is, and that the server makes none of it."""
        return {
            'auto_generate_certs': False,
            'caching_sha2_password_auto_generate_rsa_keys': False,
            'caching_sha2_password_private_key_path': self._path(_PRIVATE),
            'caching_sha2_password_public_key_path': self._path(_PUBLIC),
            # The older plugin has its own; a later version may have none.
            'loose_sha256_password_auto_generate_rsa_keys': False,
            'loose_sha256_password_private_key_path': self._path(_PRIVATE),
            'loose_sha256_password_public_key_path': self._path(_PUBLIC),
            **self.certificate}

    def ensure(self) -> None:
        """Have both; each file of a pair fits to the other.

        The private part is written last: where it is, all of it is.
        """
        files.folder(self._folder, 0o700, where.USER)
        if not os.path.exists(self._path(_KEY)):
            certificate, key = _self_signed()
            self._write(_CERTIFICATE, certificate)
            self._write(_KEY, key)
        if not os.path.exists(self._path(_PRIVATE)):
            private, public = _pair()
            self._write(_PUBLIC, public)
            self._write(_PRIVATE, private)

    def sweep(self) -> None:
        """Take away what a server that was told less made with the data."""
        for path in glob.glob(os.path.join(glob.escape(self._data),
                                           '*.pem')):
            LOG.info('removing %s: keys are not kept with the data', path)
            files.remove(path)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _write(self, name: str, content: bytes) -> None:
        files.write(self._path(name), content, 0o600, where.USER)


def _self_signed() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(
        x509.oid.NameOID.COMMON_NAME, 'made by the server itself')])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clients' clocks may be behind.
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .sign(key, hashes.SHA256()))
    return (certificate.public_bytes(serialization.Encoding.PEM),
            _private_text(key))


def _pair() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65537,
                                   key_size=_RSA_BITS)
    return _private_text(key), key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def _private_text(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
                  ) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption())
