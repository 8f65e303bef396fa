# SPDX-License-Identifier: Apache-2.0
"""Event: something that happened, told to whoever listens."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A notification before it is sent.

    ``id`` is the same however often it is sent; ``publisher`` is
    ``<service>.<host>``. ``number`` orders those that wait to be sent.
    """

    id: str
    event_type: str
    publisher: str
    payload: dict[str, typing.Any]
    number: int | None = None
