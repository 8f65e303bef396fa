# SPDX-License-Identifier: Apache-2.0
"""Orders: what a guest is told to do on its first boot, and its answers.

Plain JSON on the wire; `to_dict`/`from_dict` are the only translation.
"""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSpec:
    """A database (schema) to create."""

    name: str
    character_set: str | None = None
    collate: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class UserSpec:
    """A database user to create, with the databases it may use."""

    name: str
    password: str = dataclasses.field(repr=False)
    host: str = '%'
    databases: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Everything a new guest needs to bring its engine up.

    ``volume_serial`` is the first 20 characters of the volume's id, as
    virtio shows it; None means local storage. ``config`` is the rendered
    base configuration. Repeating the same order is harmless.
    """

    instance_id: str
    operation_id: str
    manager: str
    version: str
    memory_mb: int
    vcpus: int = 1
    volume_serial: str | None = None
    device_path: str | None = None
    mount_point: str | None = None
    config: str = ''
    overrides: dict[str, typing.Any] = dataclasses.field(default_factory=dict)
    databases: tuple[DatabaseSpec, ...] = ()
    users: tuple[UserSpec, ...] = ()
    root_password: str | None = dataclasses.field(default=None, repr=False)
    #: Take over the data that is there: ``from`` names the version that left
    #: it where that is another one, ``undo`` asks for the kept copy first.
    adopt: dict[str, typing.Any] | None = None
    #: `tls.State.to_guest`; None: as the engine comes.
    tls: dict[str, typing.Any] | None = dataclasses.field(default=None,
                                                          repr=False)

    def to_dict(self) -> dict[str, typing.Any]:
        """The JSON form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, facts: dict[str, typing.Any]) -> 'Prepare':
        """Read the JSON form; unknown fields of newer versions are ignored."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {key: value for key, value in facts.items() if key in names}
        known['databases'] = tuple(
            DatabaseSpec(**item) for item in known.get('databases') or ())
        known['users'] = tuple(
            UserSpec(**{**item, 'databases': tuple(item['databases'])})
            for item in known.get('users') or ())
        return cls(**known)
