# SPDX-License-Identifier: Apache-2.0
"""Look now and then whether a unit that is starting still lives."""

import time

from trove.guestkit import errors
from trove.guestkit import units

_LOOK_S = 0.25


class Watch:
    """Watches one unit of ``keeper`` from now on."""

    def __init__(self, keeper, unit):
        self._keeper = keeper
        self._unit = unit
        self._restarts = None
        self._next = time.monotonic() + _LOOK_S

    def look(self):
        """False, or UnitFailed if the process died since the start."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _LOOK_S
        found = self._keeper.condition(self._unit)
        if self._restarts is None:
            self._restarts = found.restarts
        if (found.state is not units.State.RUNNING
                or found.restarts > self._restarts):
            raise errors.UnitFailed(unit=self._unit.name,
                                    reason='its process ended.')
        return False
