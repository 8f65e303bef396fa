# SPDX-License-Identifier: Apache-2.0
"""Who: how a database user is named; User: one that exists."""

import dataclasses
import typing


class Who(typing.NamedTuple):
    """The name of a database user and the hosts it comes from."""

    name: str
    host: str = '%'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A database user and the databases it may use."""

    name: str
    host: str
    databases: tuple[str, ...] = ()
