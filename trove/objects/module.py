# SPDX-License-Identifier: Apache-2.0
"""Modules: pieces of setup that operators and tenants add to servers."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module; ``project_id`` None: of all projects.

    Without a datastore it fits every one, without a version every version
    of its datastore. ``contents`` are as the client sent them (base64) and
    None where they were not asked for.
    """

    id: str
    name: str
    type: str
    md5: str
    created: datetime.datetime
    updated: datetime.datetime
    contents: str | None = dataclasses.field(default=None, repr=False)
    description: str | None = None
    project_id: str | None = None
    datastore_id: str | None = None
    version_id: str | None = None
    datastore_name: str | None = None
    version_name: str | None = None
    auto_apply: bool = False
    visible: bool = True
    live_update: bool = False
    priority_apply: bool = False
    apply_order: int = 5
    is_admin: bool = False

    def fits(self, datastore_id: str | None, version_id: str | None) -> bool:
        """Whether instances of this version may have the module."""
        return (self.datastore_id in (None, datastore_id)
                and self.version_id in (None, version_id))

    @property
    def turn(self) -> tuple[bool, int, str]:
        """What modules are sorted by before they are applied."""
        return not self.priority_apply, self.apply_order, self.id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A module on an instance, as its guest said when it was applied."""

    instance_id: str
    module_id: str
    md5: str
    status: str
    message: str | None
    created: datetime.datetime
    updated: datetime.datetime
    module: Module | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many instances have one form of a module."""

    md5: str
    instances: int
    first: datetime.datetime
    last: datetime.datetime
