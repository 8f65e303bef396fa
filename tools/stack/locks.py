# SPDX-License-Identifier: Apache-2.0
"""One trovestack at a time on one stack."""

import contextlib
import fcntl
import os

from stack import waiting


@contextlib.contextmanager
def held(path, busy, wait_s=0):
    """Hold the lock of a file; StackError(busy) when somebody has it.

    The kernel gives it back however the holder ends.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        waiting.until(lambda: _taken(handle), wait_s, busy)
        yield
    finally:
        os.close(handle)


def _taken(handle):
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
