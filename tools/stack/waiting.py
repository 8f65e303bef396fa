# SPDX-License-Identifier: Apache-2.0
"""Waiting for something, with a deadline, and never deaf to Ctrl-C."""

import threading
import time

from stack import errors

STOP = threading.Event()    # set by Ctrl-C and SIGTERM


def check_stop():
    """Raise Interrupted when the person wants to stop."""
    if STOP.is_set():
        raise errors.Interrupted()


def until(check, timeout_s, sentence, poll_s=0.1):
    """What ``check`` gives once it is true; StackError at the deadline."""
    deadline = time.monotonic() + timeout_s
    while True:
        check_stop()
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise errors.StackError(sentence)
        STOP.wait(poll_s)
