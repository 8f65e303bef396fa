# SPDX-License-Identifier: Apache-2.0
"""Backups, and where those of a project or an instance are kept."""

import dataclasses
import datetime
import enum


@enum.unique
class State(enum.StrEnum):
    """How far a backup has come."""

    NEW = 'NEW'
    BUILDING = 'BUILDING'
    SAVING = 'SAVING'
    COMPLETED = 'COMPLETED'
    FAILED = 'FAILED'
    RESTORED = 'RESTORED'
    DELETE_FAILED = 'DELETE_FAILED'

    @property
    def runs(self) -> bool:
        """Whether it is being taken."""
        return self in (State.NEW, State.BUILDING, State.SAVING)

    @property
    def is_usable(self) -> bool:
        """Whether an instance can be made of it."""
        return self in (State.COMPLETED, State.RESTORED)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup; ``instance_id`` None: it was taken elsewhere."""

    id: str
    project_id: str
    name: str
    state: State
    created: datetime.datetime
    updated: datetime.datetime
    description: str | None = None
    location: str | None = None
    size_gb: float | None = None
    instance_id: str | None = None
    parent_id: str | None = None
    version_id: str | None = None
    version_name: str | None = None
    datastore_name: str | None = None
    storage_driver: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Where backups go; ``instance_id`` empty: those of the project."""

    project_id: str
    swift_container: str
    instance_id: str = ''
    backend: str = 'swift'
