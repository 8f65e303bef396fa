# SPDX-License-Identifier: Apache-2.0
"""A log of a server, as its guest tells of it."""

import dataclasses
import enum
import typing


@enum.unique
class State(enum.StrEnum):
    """What there is to know of a log in a word."""

    DISABLED = 'Disabled'
    ENABLED = 'Enabled'
    UNAVAILABLE = 'Unavailable'
    READY = 'Ready'
    PUBLISHED = 'Published'
    PARTIAL = 'Partial'
    ROTATED = 'Rotated'
    RESTART_REQUIRED = 'Restart Required'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GuestLog:
    """``published`` and ``pending`` are bytes of the file as it is now."""

    name: str
    type: str
    status: str
    published: int
    pending: int
    container: str
    prefix: str
    metafile: str

    @classmethod
    def from_dict(cls, facts: dict[str, typing.Any]) -> 'GuestLog':
        """Read a guest's words, which may be anything: ValueError if they
        are no log."""
        try:
            return cls(
                type='USER' if facts['type'] == 'USER' else 'SYS',
                status=str(State(facts['status'])),
                name=_text(facts['name']),
                published=_bytes(facts['published']),
                pending=_bytes(facts['pending']),
                container=_text(facts['container']),
                prefix=_text(facts['prefix']),
                metafile=_text(facts['metafile']))
        except (KeyError, TypeError) as error:
            raise ValueError('this is no log: %s' % error) from error


def _text(word: typing.Any) -> str:
    return str(word)[:255]


def _bytes(number: typing.Any) -> int:
    return max(0, int(number))
