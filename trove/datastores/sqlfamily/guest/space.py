# SPDX-License-Identifier: Apache-2.0
"""Room for the data: without any the engine goes on, and refuses writes."""

import logging

from trove.guestkit import disks

LOG = logging.getLogger(__name__)

_MB = 1024 ** 2
#: A table grows by up to four extents of a megabyte at a time, and what it
#: writes beside that needs some as well.
_LEAST_FREE = 16 * _MB


class Room:
    """Looks at what is left where the data lies."""

    def __init__(self, mount_point: str) -> None:
        self._mount_point = mount_point
        self._free: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether there was none left at the last look."""
        return self._free is not None

    def look(self) -> str | None:
        """A sentence while there is none left.

        It counts as over until twice as much is free as is too little, so
        that a tenant at the edge is not told two things by turns.
        """
        try:
            free = disks.usage(self._mount_point).available
        except OSError as error:
            # That the data is gone is told by an engine that ends.
            LOG.info('the room for the data is not known: %s', error)
            self._free = None
            return None
        most = 2 * _LEAST_FREE if self.is_over else _LEAST_FREE
        self._free = free if free < most else None
        if self._free is None:
            return None
        return ('There is no room left for the data (%d MB are free): the '
                'engine refuses what needs more. Resize the volume, or drop '
                'what is not needed.' % (free // _MB))
