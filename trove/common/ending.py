# SPDX-License-Identifier: Apache-2.0
"""The word that a process is to end, from a signal or one of its threads."""

import signal
import socket


class Ending:
    """Told once or often, before or after somebody waits for it.

    No event and no queue: a signal that comes when Python has looked for
    signals and has not yet gone to sleep wakes nobody, and its handler is
    never run. One that comes while an event's lock is held waits for itself. A
    byte in a socket is seen by whoever reads it later.
    """

    def __init__(self):
        self._hearing, self._telling = socket.socketpair()
        self._telling.setblocking(False)
        self._listening = False
        self._words = {0}       # what `tell` sends

    def listen(self, *numbers):
        """Take these signals as the word; for the main thread."""
        self._listening = True
        self._words.update(numbers)
        signal.set_wakeup_fd(self._telling.fileno(),
                             warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, _heard)

    def tell(self):
        """Say it."""
        try:
            self._telling.send(b'\0')
        except OSError:
            return      # said more than often enough, or it ends already

    def wait(self):
        """Come back when it is said.

        The interpreter writes the number of every signal that has a handler.
        """
        while self._hearing.recv(1)[0] not in self._words:
            pass

    def close(self):
        """Listen no more; where signals were, for the main thread."""
        if self._listening:
            signal.set_wakeup_fd(-1)
        self._telling.close()
        self._hearing.close()


def _heard(number, frame):
    """The byte that the interpreter writes is what counts."""
