# SPDX-License-Identifier: Apache-2.0
"""Take secrets that are known out of words that leave the machine."""

STARS = '***'


def mask(text, secrets):
    """``text`` with every one of ``secrets`` replaced by stars."""
    # Longest first: a secret may be part of another one.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, STARS)
    return text
