# SPDX-License-Identifier: Apache-2.0
"""Certificates: what is in one, and issuing one as the operator's authority.
"""

import datetime
import ipaddress
import typing

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from oslo_config import cfg

from trove.common import exception
from trove.objects import instance
from trove.objects import tls

#: Clocks of clients may be a little slow.
_SLACK = datetime.timedelta(hours=1)
_DAY = datetime.timedelta(days=1)
_CN_LENGTH = 64


def details(pem: str) -> tls.Details:
    """What may be shown of the first certificate of a text."""
    found = x509.load_pem_x509_certificate(pem.encode())
    names = found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    try:
        more = found.extensions.get_extension_for_class(
            x509.SubjectAlternativeName).value
        san = tuple(shown for shown in map(_shown, more) if shown)
    except x509.ExtensionNotFound:
        san = None
    return tls.Details(
        cn=str(names[0].value) if names else None, san=san,
        expire_at=found.not_valid_after_utc.replace(tzinfo=None))


def _shown(name: x509.GeneralName) -> str | None:
    kinds: dict[typing.Any, str] = {
        x509.DNSName: 'DNS', x509.IPAddress: 'IP', x509.RFC822Name: 'email',
        x509.UniformResourceIdentifier: 'URI'}
    kind = kinds.get(type(name))
    return '%s:%s' % (kind, name.value) if kind else None


class Authority:
    """The operator's authority, read from its files when it is used."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf.tls

    def is_there(self) -> bool:
        """Whether certificates can be issued."""
        return bool(self._conf.ca_certificate_file)

    def certificate(self) -> str:
        """The authority's own certificate, PEM."""
        return _read(self._conf.ca_certificate_file,
                     'ca_certificate_file').decode()

    def issue(self, server: instance.Instance) -> tls.Bundle:
        """A certificate for a server's addresses, and a key of its own."""
        signer = x509.load_pem_x509_certificate(
            self.certificate().encode())
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(server, signer, key).sign(
            self._signing_key(), hashes.SHA256())
        return tls.Bundle(
            certificate=made.public_bytes(
                serialization.Encoding.PEM).decode(),
            private_key=key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()).decode(),
            authority=self.certificate())

    def is_stale(self, server: instance.Instance, bundle: tls.Bundle,
                 now: datetime.datetime) -> bool:
        """Whether a certificate that we issued should be replaced.

        It ends soon, the server has other addresses now, or the operator
        has another authority.
        """
        found = details(bundle.certificate)
        wanted = tuple(map(str, filter(None, map(_shown, names(server)))))
        return (found.expire_at - now
                < self._conf.renew_before_days * _DAY
                or found.san != wanted
                or bundle.authority != self.certificate())

    def _builder(self, server: instance.Instance, signer: x509.Certificate,
                 key: ec.EllipticCurvePrivateKey
                 ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        # Never longer than the signer, which would make it invalid.
        until = min(now + self._conf.certificate_days * _DAY,
                    signer.not_valid_after_utc)
        subject = x509.Name([x509.NameAttribute(
            x509.NameOID.COMMON_NAME,
            (server.hostname or server.id)[:_CN_LENGTH])])
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(
            signer.subject).public_key(key.public_key()).serial_number(
                x509.random_serial_number()).not_valid_before(
                    now - _SLACK).not_valid_after(until)
        extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
            (x509.SubjectAlternativeName(names(server)), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            # A server's only: no instance passes for a client of another.
            (x509.ExtendedKeyUsage(
                [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False))
        for extension, critical in extensions:
            made = made.add_extension(extension, critical)
        return made

    def _signing_key(self) -> typing.Any:
        pem = _read(self._conf.ca_key_file, 'ca_key_file')
        try:
            return serialization.load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise exception.ConfigError(
                '[tls] ca_key_file holds no key in PEM without a '
                'passphrase.') from error


def names(server: instance.Instance) -> list[x509.GeneralName]:
    """What clients may call a server: its name, its id, its addresses."""
    found: list[x509.GeneralName] = [
        x509.DNSName(name) for name in (server.hostname, server.id) if name]
    found.extend(x509.IPAddress(ipaddress.ip_address(one)) for one in sorted(
        {address.address for address in server.addresses}))
    return found


def _read(path: str | None, option: str) -> bytes:
    if not path:
        raise exception.ConfigError('[tls] %s is not set.' % option)
    try:
        with open(path, 'rb') as file:
            return file.read()
    except OSError as error:
        raise exception.ConfigError(
            '[tls] %s cannot be read: %s.' % (option, error.strerror)
        ) from error
