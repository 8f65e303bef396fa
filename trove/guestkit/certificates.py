# SPDX-License-Identifier: Apache-2.0
"""Certificates in files, before an engine is given them."""

import ssl

from trove.common import exception


class BadCertificate(exception.Unprocessable):
    """An engine could not work with this."""

    template = 'The certificate cannot be used: %(reason)s'


def check(certificate: str, key: str, authority: str) -> None:
    """Raise BadCertificate unless these files (PEM) fit together.

    An engine with a key that is not its certificate's would not start.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key,
                                password=lambda: b'')
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:      # SSLError is an OSError
        raise BadCertificate(reason=getattr(error, 'reason', None)
                             or str(error)) from error
