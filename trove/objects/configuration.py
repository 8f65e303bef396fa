# SPDX-License-Identifier: Apache-2.0
"""Group: a tenant's named set of parameter values."""

import dataclasses
import datetime
import typing

#: What a parameter's value may be.
Value: typing.TypeAlias = str | int | float | bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A named set of values for the parameters of one datastore version.

    The last three names are joined in by the repository.
    """

    id: str
    project_id: str
    name: str
    version_id: str
    created: datetime.datetime
    updated: datetime.datetime
    description: str | None = None
    values: dict[str, Value] = dataclasses.field(default_factory=dict)
    datastore_name: str | None = None
    version_name: str | None = None
    version_number: str | None = None
