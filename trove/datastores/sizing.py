# SPDX-License-Identifier: Apache-2.0
"""What engines need to get figures out of memory. Pure."""


def within(least: int, value: int, most: int) -> int:
    """``value``, or the limit that it goes beyond."""
    return max(least, min(value, most))
