# SPDX-License-Identifier: Apache-2.0
"""Authenticated encryption: the operator's keyring and single keys.

AES-256-GCM (NIST SP 800-38D) from the cryptography library, with a random
96-bit nonce per message; one key may seal 2**32 messages, which a guest at a
heartbeat a second reaches after 136 years.
"""

import base64
import json
import os
import secrets

from cryptography import exceptions
from cryptography.hazmat.primitives.ciphers import aead

from trove.common import exception

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(exception.TroveError):
    """A sealed text does not open: wrong key, changed, or out of place."""

    template = 'The sealed value cannot be opened: %(reason)s.'


def new_key():
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key, plaintext, aad):
    """Bytes that open only under ``key`` and with the same ``aad``."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + aead.AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(key, sealed, aad):
    """The plaintext, or SealBroken."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    if len(nonce) < _NONCE_BYTES:
        raise SealBroken(reason='it is too short')
    try:
        return aead.AESGCM(key).decrypt(nonce, body, aad)
    except exceptions.InvalidTag:
        raise SealBroken(reason='wrong key or changed content') from None


class Keyring:
    """The operator's keys by id; the current one seals, all of them open.

    The file is JSON: ``{"current": "2026-11", "keys": {"2026-11": "<base64
    of 32 random bytes>"}}``. Rotation: add a key, make it current, seal the
    stored values again, drop the old key.
    """

    def __init__(self, current, keys):
        if current not in keys:
            raise exception.ConfigError(
                'The keyring names %r as its current key but does not hold '
                'it.' % current)
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES or ':' in key_id:
                raise exception.ConfigError(
                    'Key %r of the keyring is not 32 bytes, or its id holds '
                    'a colon.' % key_id)
        self.current = current
        self._keys = dict(keys)

    @classmethod
    def load(cls, path):
        """Read a keyring file; ConfigError says what to do when it fails."""
        if not path:
            raise exception.ConfigError(
                'No keyring is set: make one with "trove-manage keyring_new '
                'FILE" and name it in [secrets] keys_file.')
        try:
            with open(path, encoding='utf-8') as file:
                document = json.load(file)
            keys = {key_id: base64.b64decode(text, validate=True)
                    for key_id, text in document['keys'].items()}
            return cls(document['current'], keys)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise exception.ConfigError(
                'The keyring %s cannot be read: %s.'
                % (path, error)) from error

    @staticmethod
    def create(path, key_id):
        """Write a new keyring with one random key, mode 0600.

        Raises FileExistsError rather than replace a keyring, since all that
        was sealed with the old one would be lost.
        """
        document = {'current': key_id, 'keys': {
            key_id: base64.b64encode(new_key()).decode()}}
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, 'w', encoding='utf-8') as file:
            json.dump(document, file, indent=1)
            file.write('\n')

    def seal(self, plaintext, aad):
        """Text that carries the id of the key it was sealed with."""
        sealed = seal(self._keys[self.current], plaintext, aad)
        return '%s:%s' % (self.current, base64.b64encode(sealed).decode())

    def open(self, text, aad):
        """The plaintext of what `seal` gave, or SealBroken."""
        key_id, colon, body = text.partition(':')
        if not colon or key_id not in self._keys:
            raise SealBroken(reason='key %r is not on the keyring' % key_id)
        try:
            sealed = base64.b64decode(body, validate=True)
        except ValueError:
            raise SealBroken(reason='it is not base64') from None
        return unseal(self._keys[key_id], sealed, aad)
