# SPDX-License-Identifier: Apache-2.0
"""Certificates as they come over the link, for drivers."""

from trove.common import exception
from trove.datastores import interfaces

_LONGEST = 262144


def certificate(bundle):
    """The Certificate of a bundle; None stays None."""
    if bundle is None:
        return None
    try:
        parts = [bundle[name] for name in (
            'certificate', 'private_key', 'authority')]
    except (KeyError, TypeError) as error:
        raise exception.BadRequest('The bundle lacks a part.') from error
    if not all(isinstance(part, str) and len(part) < _LONGEST
               for part in parts):
        raise exception.BadRequest('A part of the bundle is no text.')
    return interfaces.Certificate(certificate=parts[0], key=parts[1],
                                  authority=parts[2])
