# SPDX-License-Identifier: Apache-2.0
"""The keys of guests: made, sealed, opened again, changed.

A link is the instance's AEAD key and the name and password of its broker
user, sealed together with the operator's keyring before they touch the
database. While a rotation is under way there are two: the present one, and
the next, which takes its place with the first message that opens under it.
"""

import base64
import dataclasses
import json
import random
import secrets
import threading
import time
import typing

from trove.common import context
from trove.common import crypto
from trove.common import exception
from trove.objects import link as links
from trove.rpc import broker_names

#: A key that is dropped is useless at once all the same: what opened under it
#: is held against the database before it has any effect.
_CACHED_S = 3600
_UNKNOWN_S = 1
_UNKNOWN_MOST = 1000
_AT_ONCE = 500

#: Keys beyond which those that nobody asks for any more are forgotten.
_TIDY_AT = 20000

#: A key, and whether it is the next one.
_Known = tuple[bytes, bool]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a guest holds to speak with us."""

    key_id: str
    key: bytes = dataclasses.field(repr=False)
    broker_user: str
    broker_password: str = dataclasses.field(repr=False)


class KeyUnknown(exception.NotFound):
    """No such key: never made, rotated away, or its instance is gone."""

    template = 'Instance %(instance_id)s has no key %(key_id)s.'


class GuestLinks:
    """Keys of guests, opened with the operator's keyring."""

    def __init__(self, db: typing.Any, keyring: crypto.Keyring) -> None:
        self._db = db
        self._keyring = keyring
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, str], tuple[_Known, float]] = {}
        self._tidy_at = _TIDY_AT
        self._unknown: dict[tuple[str, str], float] = {}

    # --- for the taskmanager

    def ensure(self, tx: typing.Any, instance_id: str) -> Secrets:
        """The instance's secrets, made in this transaction if missing."""
        try:
            return self._opened(tx.guests.link(instance_id))
        except exception.NotFound:
            made = _make(broker_names.user(instance_id))
        tx.guests.put_link(instance_id, made.key_id,
                           self._sealed(instance_id, made))
        return made

    def ensure_next(self, tx: typing.Any, instance_id: str) -> Secrets:
        """The secrets that shall follow, made in this transaction if
        missing; with the other of the two broker users."""
        link = tx.guests.link(instance_id)
        if link.next_key_id is not None:
            return self._opened_next(link)
        present = self._opened(link).broker_user
        first, second = broker_names.users(instance_id)
        made = _make(second if present == first else first)
        tx.guests.put_next(instance_id, made.key_id,
                           self._sealed(instance_id, made))
        return made

    def secrets(self, instance_id: str, key_id: str
                ) -> tuple[Secrets, bool]:
        """The secrets of this key, and whether it is the next one still."""
        with self._db.reader() as tx:
            link = tx.guests.link(instance_id)
        if key_id == link.key_id:
            return self._opened(link), False
        if key_id == link.next_key_id:
            return self._opened_next(link), True
        raise KeyUnknown(instance_id=instance_id, key_id=key_id)

    def good(self, instance_id: str) -> list[Secrets]:
        """The secrets that are good at this moment: the present ones, and
        the next while a rotation is under way."""
        with self._db.reader() as tx:
            link = tx.guests.link(instance_id)
        if link.next_key_id is None:
            return [self._opened(link)]
        return [self._opened(link), self._opened_next(link)]

    # --- for the client of guests

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

    # --- for the conductor

    def key(self, instance_id: str, key_id: str) -> bytes:
        """A key to try a message with, or KeyUnknown.

        Remembered for up to an hour, the unknown too (for a second), so that a
        flood of forged ids costs no query each. Whoever acts on a message
        asks `hold` first, or writes on condition of the key.
        """
        return self._remembered(instance_id, key_id)[0]

    def known(self, instance_id: str, key_id: str) -> _Known | None:
        """What is remembered of a key: (key, whether it is the next one).

        None: `key` must ask the database.
        """
        found, until = self._cache.get((instance_id, key_id), (None, 0))
        return found if until > time.monotonic() else None

    def there(self) -> list[str]:
        """Ids of all instances that have a link."""
        with self._db.reader() as tx:
            ids: list[str] = tx.guests.linked()
            return ids

    def learn(self, instance_ids: list[str]) -> list[str]:
        """Remember the keys of instances in a few statements; gives the ids
        of those that have one."""
        found: list[str] = []
        for start in range(0, len(instance_ids), _AT_ONCE):
            with self._db.reader() as tx:
                some = tx.guests.links(instance_ids[start:start + _AT_ONCE])
            for link in some:
                self._remember((link.instance_id, link.key_id),
                               (self._opened(link).key, False))
                found.append(link.instance_id)
        return found

    def opened(self, instance_id: str, key_id: str) -> None:
        """A message has opened under this key: if it is the next one, it
        takes the place of the present one now."""
        if not self._remembered(instance_id, key_id)[1]:
            return
        with self._db.writer() as tx:
            tx.guests.promote(instance_id, key_id)
        with self._lock:
            self._cache.pop((instance_id, key_id), None)

    def hold(self, instance_id: str, key_id: str) -> None:
        """KeyUnknown unless the key is good at this moment."""
        with self._db.reader() as tx:
            try:
                link = tx.guests.link(instance_id)
            except exception.NotFound:
                link = None
        if link is None or key_id not in (link.key_id, link.next_key_id):
            raise KeyUnknown(instance_id=instance_id, key_id=key_id)

    def _remembered(self, instance_id: str, key_id: str) -> _Known:
        """(key, whether it is the next one)."""
        now = time.monotonic()
        wanted = (instance_id, key_id)
        known = self.known(*wanted)
        if known is None and self._unknown.get(wanted, 0) <= now:
            known = self._find(instance_id, key_id)
            if known:
                self._remember(wanted, known)
            else:
                self._note_unknown(wanted, now + _UNKNOWN_S)
        if known is None:
            raise KeyUnknown(instance_id=instance_id, key_id=key_id)
        return known

    def _remember(self, wanted: tuple[str, str], known: _Known) -> None:
        now = time.monotonic()
        with self._lock:
            # Not all at once: those that were learned together would be
            # asked for together.
            part = random.uniform(0.5, 1)   # noqa: S311  hides nothing
            self._cache[wanted] = (known, now + _CACHED_S * part)
            if len(self._cache) >= self._tidy_at:
                self._cache = {key: kept for key, kept in self._cache.items()
                               if kept[1] > now}
                self._tidy_at = max(_TIDY_AT, 2 * len(self._cache))

    def _note_unknown(self, wanted: tuple[str, str], until: float) -> None:
        with self._lock:
            if len(self._unknown) >= _UNKNOWN_MOST:
                self._unknown.clear()
            self._unknown[wanted] = until

    def _find(self, instance_id: str, key_id: str) -> _Known | None:
        try:
            found, is_next = self.secrets(instance_id, key_id)
        except exception.NotFound:
            return None
        return found.key, is_next

    def _sealed(self, instance_id: str, made: Secrets) -> str:
        return self._keyring.seal(json.dumps({
            'key': base64.b64encode(made.key).decode(),
            'broker_user': made.broker_user,
            'broker_password': made.broker_password,
        }).encode(), _bound(instance_id))

    def _opened(self, link: links.Link) -> Secrets:
        return self._open(link, link.key_id, link.sealed_key)

    def _opened_next(self, link: links.Link) -> Secrets:
        if link.next_key_id is None or link.next_sealed_key is None:
            raise KeyUnknown(instance_id=link.instance_id, key_id='next')
        return self._open(link, link.next_key_id, link.next_sealed_key)

    def _open(self, link: links.Link, key_id: str, sealed: str) -> Secrets:
        document = json.loads(self._keyring.open(
            sealed, _bound(link.instance_id)))
        return Secrets(key_id=key_id,
                       key=base64.b64decode(document['key']),
                       broker_user=document['broker_user'],
                       broker_password=document['broker_password'])


def _make(broker_user: str) -> Secrets:
    return Secrets(key_id='link-' + secrets.token_hex(8),
                   key=crypto.new_key(), broker_user=broker_user,
                   broker_password=context.new_password())


def _bound(instance_id: str) -> bytes:
    return b'guest-link:' + instance_id.encode()
