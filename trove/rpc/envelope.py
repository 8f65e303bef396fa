# SPDX-License-Identifier: Apache-2.0
"""Sealed messages between the control plane and one guest.

The broker bounds what a guest can reach; the envelope proves who sent a
message and hides it. The clear part names the instance, the key and the
place of the message in its order; all of it is authenticated together with
the direction, so nothing can be moved, sent back, or renumbered.
"""

import base64
import json

from trove.common import crypto
from trove.common import exception

VERSION = 1
TO_GUEST = 'to-guest'
FROM_GUEST = 'from-guest'

_FIELDS = {'version': int, 'instance': str, 'key_id': str, 'boot': int,
           'number': int, 'sealed': str}


class Refused(exception.TroveError):
    """A message that is not taken; ``reason`` is a word to count by."""

    template = 'Message refused: %(reason)s.'

    @property
    def reason(self):
        """One word of a small set, fit for a counter."""
        return self.facts['reason']


def seal(key, key_id, instance_id, direction, boot, number, content):
    """The envelope (a JSON object) around ``content`` (JSON)."""
    head = {'version': VERSION, 'instance': instance_id, 'key_id': key_id,
            'boot': boot, 'number': number}
    plain = json.dumps(content, separators=(',', ':')).encode()
    sealed = crypto.seal(key, plain, _bound(head, direction))
    return {**head, 'sealed': base64.b64encode(sealed).decode()}


def check(envelope, most_bytes):
    """Hold that this looks like an envelope, before a key is looked up."""
    if not isinstance(envelope, dict) or set(envelope) != set(_FIELDS):
        raise Refused(reason='malformed')
    for name, kind in _FIELDS.items():
        value = envelope[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Refused(reason='malformed')
    if envelope['version'] != VERSION:
        raise Refused(reason='version')
    if len(envelope['sealed']) > most_bytes:
        raise Refused(reason='too-large')
    if len(envelope['instance']) > 64 or len(envelope['key_id']) > 64:
        raise Refused(reason='malformed')
    if not (0 <= envelope['boot'] < 2 ** 62
            and 0 <= envelope['number'] < 2 ** 62):
        raise Refused(reason='malformed')


def open_sealed(key, envelope, direction):
    """The content, or Refused; call `check` first."""
    head = {name: envelope[name] for name in _FIELDS if name != 'sealed'}
    try:
        sealed = base64.b64decode(envelope['sealed'], validate=True)
        content = json.loads(
            crypto.unseal(key, sealed, _bound(head, direction)))
    except crypto.SealBroken:
        raise Refused(reason='not-authentic') from None
    except (ValueError, RecursionError):
        raise Refused(reason='malformed') from None
    if not isinstance(content, dict):
        raise Refused(reason='malformed')
    return content


def _bound(head, direction):
    return json.dumps([direction, *(head[name] for name in sorted(head))],
                      separators=(',', ':')).encode()


class Window:
    """Which numbers of one sender were seen: a sliding window of bits.

    A number is new if it is above all seen, or within ``size`` below the
    highest and not yet seen. Anything older is refused: better to lose a
    late message than to do an old one twice (the caller repeats what got
    lost).
    """

    def __init__(self, highest=0, bits=0, size=1024):
        self.highest = highest
        self.bits = bits
        self._size = size

    def take(self, number):
        """Note ``number``; False if it was seen or is too old."""
        if number > self.highest:
            self.bits = ((self.bits << (number - self.highest)) | 1) & (
                (1 << self._size) - 1) if (
                    number - self.highest < self._size) else 1
            self.highest = number
            return True
        age = self.highest - number
        if number < 1 or age >= self._size or self.bits >> age & 1:
            return False
        self.bits |= 1 << age
        return True
