# SPDX-License-Identifier: Apache-2.0
"""Things of ours in other services, and what is wrong about some of them.
"""

import dataclasses
import datetime
import enum


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that bears our mark, and the instance that it names.

    ``created`` is UTC without zone, None where the service does not tell.
    """

    kind: str
    external_id: str
    instance_id: str
    created: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An instance on record, as far as owning goes.

    ``busy``: an unfinished operation may be about to make or record
    something. ``quiet_since``: nothing was done for it since then.
    """

    instance_id: str
    deleted: bool
    busy: bool
    server_id: str | None
    volume_id: str | None
    quiet_since: datetime.datetime


@enum.unique
class Reason(enum.StrEnum):
    """Why somebody should look at a thing; the value says it."""

    DELETED = 'its instance is deleted'
    UNKNOWN = 'its instance is not on record'
    DOUBLE = 'its instance has no record of it'
    STALE = 'on record, but gone, and so is its instance'
    LOST = 'on record, but gone, while its instance lives'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A thing that nobody owns, or an owner that lost it."""

    thing: Thing
    reason: Reason
