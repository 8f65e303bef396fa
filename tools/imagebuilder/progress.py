# SPDX-License-Identifier: Apache-2.0
"""Tells a person what the builder does and how long each step took."""

import contextlib
import sys
import threading
import time

EVERY_S = 5


class Progress:
    """Writes one line when a step starts and one when it has ended.

    In between, one every few seconds says that it goes on; of steps within
    steps the innermost speaks.
    """

    def __init__(self, stream=None, clock=time.monotonic, every_s=EVERY_S):
        self._stream = stream or sys.stderr
        self._clock = clock
        self._every_s = every_s
        self._open = []

    def say(self, text):
        """Print one line now; a build may be watched through a pipe."""
        print(text, file=self._stream, flush=True)

    @contextlib.contextmanager
    def step(self, title):
        """Announce ``title`` and afterwards the seconds it needed."""
        self.say(f'  {title} ...')
        began = self._clock()
        self._open.append(title)
        ended = threading.Event()
        beat = threading.Thread(target=self._go_on, daemon=True,
                                args=(title, began, ended))
        beat.start()
        try:
            yield
        except BaseException:
            self.say(f'  {title}: stopped after {self._clock() - began:.1f} s')
            raise
        finally:
            ended.set()
            beat.join()
            self._open.remove(title)
        self.say(f'  {title}: {self._clock() - began:.1f} s')

    def _go_on(self, title, began, ended):
        while not ended.wait(self._every_s):
            if self._open[-1:] == [title]:
                self.say(f'  {title}: for {self._clock() - began:.0f} s')
