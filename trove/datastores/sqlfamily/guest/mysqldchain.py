# SPDX-License-Identifier: Apache-2.0
"""The certificates between a server's and its authority, as mysqld wants them.

It holds its own certificate against the file of authorities alone: those
between the two do not count where they stand beside its own. What it cannot
follow up to the end it refuses, and only its log knows why.
"""

from cryptography import exceptions
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from trove.datastores import interfaces
from trove.guestkit import certificates


def authorities(given: interfaces.Certificate) -> str:
    """The text of the file of authorities, with those between in it.

    It lets in whom the authority alone would: a client may bring those
    between along, and one that the authority has not signed leads nowhere.
    Raises BadCertificate where mysqld would refuse the certificate.
    """
    own, *between = _load(given.certificate)
    roots = _load(given.authority)
    _follow(own, between + roots)
    return ''.join([given.authority.rstrip('\n') + '\n', *(
        one.public_bytes(serialization.Encoding.PEM).decode()
        for one in between if one not in roots)])


def _load(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise certificates.BadCertificate(reason=str(error)) from error


def _follow(own: x509.Certificate, others: list[x509.Certificate]) -> None:
    """Up from the own to one that has signed itself, or BadCertificate."""
    # Not whether it is over: a server with such a one can still be rebuilt.
    at = own
    for _ in range(len(others) + 1):
        if at.issuer == at.subject:
            return
        signers = [one for one in others if _has_signed(one, at)]
        if not signers:
            raise certificates.BadCertificate(reason=(
                'the intermediate certificates are missing, or the '
                'authority\'s: there is none of %s, who signed that of %s. '
                'Bring all of them.' % (_name(at.issuer), _name(at.subject))))
        at = signers[0]
    raise certificates.BadCertificate(
        reason='those who signed it sign each other in a circle.')


def _has_signed(one: x509.Certificate, signed: x509.Certificate) -> bool:
    try:
        signed.verify_directly_issued_by(one)
    except (ValueError, TypeError, exceptions.InvalidSignature,
            exceptions.UnsupportedAlgorithm):
        return False
    return True


def _name(subject: x509.Name) -> str:
    # Made by a stranger: of no great length, and on one line.
    text = subject.rfc4514_string()[:200]
    return ''.join(sign if sign.isprintable() else '?' for sign in text)
