# SPDX-License-Identifier: Apache-2.0
"""Waiting with a deadline."""
import time


def until(check, deadline_s=10.0):
    """Until the check says something true; returns that."""
    end = time.monotonic() + deadline_s
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'not within {deadline_s} s')
        time.sleep(0.01)
