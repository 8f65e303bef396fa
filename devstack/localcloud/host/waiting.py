# SPDX-License-Identifier: Apache-2.0
"""Wait for something to become true, never longer than agreed."""

import time

from localcloud.host import errors

_STEP_S = 0.004


def until(check, timeout_s, what):
    """Give the first true answer of ``check``; HostError after the time."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise errors.HostError(
                f'Waited {timeout_s:g} s in vain: {what}.')
        time.sleep(_STEP_S)


def comes_true(check, timeout_s):
    """Whether ``check`` becomes true within the time."""
    try:
        until(check, timeout_s, 'no matter')
    except errors.HostError:
        return False
    return True
