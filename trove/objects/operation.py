# SPDX-License-Identifier: Apache-2.0
"""Operation: a promise to a tenant, kept by a taskmanager."""

import dataclasses
import datetime
import enum
import typing


@enum.unique
class State(enum.StrEnum):
    """Where a promise stands; the last three are ends."""

    PENDING = 'PENDING'
    RUNNING = 'RUNNING'
    REVERTING = 'REVERTING'
    DONE = 'DONE'
    UNDONE = 'UNDONE'
    FAILED = 'FAILED'

    @property
    def is_end(self) -> bool:
        """Nobody will work on it again by itself."""
        return self in ENDS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """How far one step of an operation has come.

    ``intention`` is EXECUTE or REVERT; ``began`` and ``ended`` are those of
    its newest try, in UTC, None where there was none.
    """

    name: str
    state: str
    intention: str
    began: datetime.datetime | None = None
    ended: datetime.datetime | None = None


ENDS = frozenset((State.DONE, State.UNDONE, State.FAILED))
#: Those in which a taskmanager has it, or may take it.
UNFINISHED = tuple(state for state in State if state not in ENDS)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One accepted request and how far it has come.

    ``number`` orders the operations of an instance; ``fence`` grows with
    every new owner, and writes of an older owner are refused. ``arguments``
    and ``context`` are plain JSON; secrets inside ``arguments`` are sealed
    by the database room.
    """

    id: str
    number: int
    verb: str
    instance_id: str | None
    project_id: str
    arguments: dict[str, typing.Any]
    context: dict[str, typing.Any]
    state: State
    created: datetime.datetime
    updated: datetime.datetime
    owner: str | None = None
    fence: int = 0
    lease_until: datetime.datetime | None = None
    not_before: datetime.datetime | None = None
    attempts: int = 0
    cancel: bool = False
    step: str | None = None
    error_code: str | None = None
    error: str | None = None
    finished: datetime.datetime | None = None
