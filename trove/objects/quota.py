# SPDX-License-Identifier: Apache-2.0
"""Quotas: what a project may use."""

import dataclasses

RESOURCES = ('instances', 'ram', 'volumes', 'backups')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Use of one resource by one project; a negative limit is none."""

    resource: str
    limit: int
    in_use: int = 0
    reserved: int = 0
