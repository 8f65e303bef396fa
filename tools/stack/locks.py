# SPDX-License-Identifier: Apache-2.0
"""One trovestack at a time on one stack."""

import contextlib
import fcntl
import os

from stack import waiting


@contextlib.contextmanager
def held(path, busy, wait_s=0, shared=False):
    """Hold the lock of a file; StackError(busy) when somebody has it.

    With ``shared`` others may share it. The kernel gives it back however
    the holder ends.
    """
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        waiting.until(lambda: _taken(handle, kind), wait_s, busy)
        yield
    finally:
        os.close(handle)


def _taken(handle, kind):
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
