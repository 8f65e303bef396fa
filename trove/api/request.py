# SPDX-License-Identifier: Apache-2.0
"""What a controller gets to see of a request."""

import dataclasses

from trove.common import context


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request after every check that all routes share.

    ``path`` holds the values of the route's variables, ``query`` the last
    value of each parameter, ``url`` the address without the query, ``base``
    what links begin with.
    """

    ctx: context.Context
    path: dict
    query: dict
    body: dict | None
    url: str
    base: str
