# SPDX-License-Identifier: Apache-2.0
"""Tells a person what the builder does and how long each step took."""

import contextlib
import sys
import time


class Progress:
    """Writes one line when a step starts and one when it has ended."""

    def __init__(self, stream=None, clock=time.monotonic):
        self._stream = stream or sys.stderr
        self._clock = clock

    def say(self, text):
        """Print one line now; a build may be watched through a pipe."""
        print(text, file=self._stream, flush=True)

    @contextlib.contextmanager
    def step(self, title):
        """Announce ``title`` and afterwards the seconds it needed."""
        self.say(f'  {title} ...')
        began = self._clock()
        try:
            yield
        except BaseException:
            self.say(f'  {title}: stopped after {self._clock() - began:.1f} s')
            raise
        self.say(f'  {title}: {self._clock() - began:.1f} s')
