# SPDX-License-Identifier: Apache-2.0
"""The keys of guests: made, sealed, opened again.

A link is the instance's AEAD key and the password of its broker user, sealed
together with the operator's keyring before they touch the database.
"""

import base64
import dataclasses
import json
import secrets
import threading
import time

from trove.common import context
from trove.common import crypto
from trove.common import exception

_CACHED_S = 60
_CACHED_MOST = 20000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a guest holds to speak with us."""

    key_id: str
    key: bytes = dataclasses.field(repr=False)
    broker_password: str = dataclasses.field(repr=False)


class KeyUnknown(exception.NotFound):
    """No such key: never made, rotated away, or its instance is gone."""

    template = 'Instance %(instance_id)s has no key %(key_id)s.'


class GuestLinks:
    """Keys of guests, opened with the operator's keyring."""

    def __init__(self, db, keyring):
        self._db = db
        self._keyring = keyring
        self._lock = threading.Lock()
        self._cache: dict = {}

    def ensure(self, tx, instance_id: str) -> Secrets:
        """The instance's secrets, made in this transaction if missing."""
        try:
            return self._opened(tx.guests.link(instance_id))
        except exception.NotFound:
            made = Secrets(key_id='link-' + secrets.token_hex(8),
                           key=crypto.new_key(),
                           broker_password=context.new_password())
        sealed = self._keyring.seal(json.dumps({
            'key': base64.b64encode(made.key).decode(),
            'broker_password': made.broker_password,
        }).encode(), _bound(instance_id))
        tx.guests.put_link(instance_id, made.key_id, sealed)
        return made

    def outgoing(self, instance_id: str) -> tuple[bytes, str, int]:
        """(key, key id, number) for the next message to the guest."""
        with self._db.writer() as tx:
            number = tx.guests.next_counter(instance_id)
            link = tx.guests.link(instance_id)
        return self._opened(link).key, link.key_id, number

    def speaks(self, instance_id: str) -> str | None:
        """The interface version that the guest last reported."""
        with self._db.reader() as tx:
            version: str | None = tx.guests.link(instance_id).api_version
            return version

    def key(self, instance_id: str, key_id: str) -> bytes:
        """The key, or KeyUnknown. Remembered for a minute, the unknown too,
        so that a flood of forged ids costs no query each."""
        now = time.monotonic()
        wanted = (instance_id, key_id)
        with self._lock:
            known = self._cache.get(wanted)
            if known and known[1] > now:
                return self._known(wanted, known[0])
            if len(self._cache) > _CACHED_MOST:
                self._cache.clear()
        found = self._find(instance_id, key_id)
        with self._lock:
            self._cache[wanted] = (found, now + (_CACHED_S if found else 1))
        return self._known(wanted, found)

    def _find(self, instance_id, key_id):
        with self._db.reader() as tx:
            try:
                link = tx.guests.link(instance_id)
            except exception.NotFound:
                return None
        return self._opened(link).key if link.key_id == key_id else None

    @staticmethod
    def _known(wanted, key):
        if key is None:
            raise KeyUnknown(instance_id=wanted[0], key_id=wanted[1])
        return key

    def _opened(self, link):
        document = json.loads(self._keyring.open(
            link.sealed_key, _bound(link.instance_id)))
        return Secrets(key_id=link.key_id,
                       key=base64.b64decode(document['key']),
                       broker_password=document['broker_password'])


def _bound(instance_id):
    return b'guest-link:' + instance_id.encode()
