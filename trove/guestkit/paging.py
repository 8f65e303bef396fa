# SPDX-License-Identifier: Apache-2.0
"""Pages of names."""

import typing

_Item = typing.TypeVar('_Item')


def page(names: list[tuple[str, _Item]], limit: int | None,
         marker: str | None,
         include_marker: bool) -> tuple[list[_Item], str | None]:
    """(the names of one page, marker of the next page or None).

    ``names`` are (key, item) in the order of the keys; the page begins after
    ``marker``, or with it.
    """
    if marker is not None:
        names = [(key, item) for key, item in names
                 if key > marker or (include_marker and key == marker)]
    if not limit or len(names) <= limit:
        return [item for _, item in names], None
    names = names[:limit]
    return [item for _, item in names], names[-1][0]
