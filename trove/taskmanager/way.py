# SPDX-License-Identifier: Apache-2.0
"""Who is to start goes before those who are under way.

A hundred operations at work keep a process busy for seconds with their many
small steps. Somebody waits for the start of the next one; whether a step of
the others comes a moment later nobody notices.
"""

import contextlib
import threading

#: Seconds for which an operation that is under way waits at most.
_PATIENCE_S = 0.5


class Way:
    """Lets those who take operations pass those who work on them."""

    def __init__(self):
        self._starting = 0
        self._free = threading.Condition()

    @contextlib.contextmanager
    def first(self):
        """Go first for as long as the block runs."""
        with self._free:
            self._starting += 1
        try:
            yield
        finally:
            with self._free:
                self._starting -= 1
                self._free.notify_all()

    def give(self):
        """Wait a moment if somebody is starting something."""
        with self._free:
            self._free.wait_for(lambda: not self._starting, _PATIENCE_S)
