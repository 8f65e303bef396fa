# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as one sentence for the person at the keyboard."""


class StackError(Exception):
    """Something the person must know or do; the text is one sentence."""


class Interrupted(Exception):
    """Ctrl-C or SIGTERM: children were stopped, what is done stays done."""
