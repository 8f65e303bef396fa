# SPDX-License-Identifier: Apache-2.0
"""Passwords as they are stored: salted and hashed with scrypt.

The cost is lower than a public service would choose: the passwords are
made at random, and a token must not take longer than the work it is for.
"""
import base64
import hashlib
import hmac
import os
import secrets

COST = {'n': 2 ** 11, 'r': 8, 'p': 1}


def digest(password):
    """A text to store for a password."""
    salt = os.urandom(16)
    return ':'.join(base64.b64encode(part).decode()
                    for part in (salt, _scrypt(password, salt)))


def matches(password, stored):
    """Whether it is the password that was stored."""
    salt, wanted = (base64.b64decode(part) for part in stored.split(':'))
    return hmac.compare_digest(_scrypt(password, salt), wanted)


def from_file(path):
    """The password in a file; made at random, readable by us, if new."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        with open(path, encoding='utf-8') as stream:
            return stream.read().strip()
    password = secrets.token_urlsafe(18)
    with os.fdopen(handle, 'w', encoding='utf-8') as stream:
        stream.write(password + '\n')
    return password


def _scrypt(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **COST)
