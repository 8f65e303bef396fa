# SPDX-License-Identifier: Apache-2.0
"""Processes that accept connections from one socket, in turns.

Without turns whoever wakes first takes all there are, and with a socket for
each process (SO_REUSEPORT) connections are dealt out by lot: of eight clients
seven came to one process now and then, whose only core they shared.
"""

import multiprocessing
import os
import socket
import threading
import time

#: Seconds that a process waits for the one whose turn it is.
PATIENCE_S = 0.01
_POLL_S = 0.001


class Turns:
    """How many connections each process has taken; made before the fork."""

    def __init__(self, processes):
        self._taken = multiprocessing.RawArray('Q', processes)

    def join(self, number):
        """A process starts anew; it owes nothing to the others."""
        self._taken[number] = max(self._taken)

    def has(self, number):
        """Whether nobody has taken fewer than this process."""
        return self._taken[number] <= min(self._taken)

    def took(self, number):
        """This process has taken one."""
        self._taken[number] += 1


class Socket(socket.socket):
    """A listening socket that others have as well; accept() takes turns."""

    @classmethod
    def of(cls, held, turns, number):
        """Process ``number``'s own handle of the socket ``held``."""
        made = cls(fileno=os.dup(held.fileno()))
        made.turns, made.number = turns, number
        turns.join(number)
        return made

    def accept(self):
        """As usual; BlockingIOError when another process was faster."""
        deadline = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while (not self.turns.has(self.number)
               and time.monotonic() < deadline):
            pause.wait(_POLL_S)
        found = super().accept()
        self.turns.took(self.number)
        return found
