# SPDX-License-Identifier: Apache-2.0
"""Waiting for something to come true: a check, a deadline, no bare sleeps."""

import threading
import time

from trove.common import exception


def until(check, timeout_s, what, poll_s=0.1, most_s=2.0, stop=None,
          growth=1.3):
    """Call ``check`` until it gives a true value, and return that value.

    The pause starts at ``poll_s`` and grows to ``most_s``. ``stop``, a
    callable, is asked before each probe and may raise to end the wait.
    Raises WaitTimeout naming ``what`` after ``timeout_s`` seconds.
    """
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while True:
        if stop is not None:
            stop()
        found = check()
        if found:
            return found
        left = deadline - time.monotonic()
        if left <= 0:
            raise exception.WaitTimeout(what=what, timeout_s=timeout_s)
        pause.wait(min(poll_s, left))
        poll_s = min(poll_s * growth, most_s)
