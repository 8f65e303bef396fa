# SPDX-License-Identifier: Apache-2.0
"""Take secrets out of words that leave the machine."""

import re

STARS = '***'


def mask(text, secrets):
    """``text`` with every one of ``secrets`` replaced by stars."""
    # Longest first: a secret may be part of another one.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, STARS)
    return text


#: A text between quotes, as SQL has it, after a word that a secret follows.
_QUOTED = rb"""[EN]?('(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.|"")*"?)"""
_STATEMENT = re.compile(
    rb'\b(IDENTIFIED\s+(?:(?:VIA|WITH)\s+\S+\s+(?:USING|AS|BY)|'
    rb'BY(?:\s+PASSWORD)?)\s*\(?|PASSWORD\s*[(=:]?|'
    rb'SECRET\s*[(=:]?|AUTHENTICATION_STRING\s*=)\s*' + _QUOTED,
    re.IGNORECASE | re.DOTALL)


def mask_statements(text: bytes) -> bytes:
    """A log without the secrets that SQL statements in it set."""
    return _STATEMENT.sub(rb"\1 '***'", text)
