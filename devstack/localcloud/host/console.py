# SPDX-License-Identifier: Apache-2.0
"""What a machine prints while it boots and runs, of bounded size."""

import os

_KEEP_BYTES = 512 * 1024
_MOST_BYTES = 2 * _KEEP_BYTES


def read(path, lines=None):
    """The last lines of a console, or all that is kept of it."""
    trim(path)
    try:
        with open(path, 'rb') as stream:
            text = stream.read(_MOST_BYTES).decode('utf-8', 'replace')
    except FileNotFoundError:
        return ''
    text = text.replace('\r\n', '\n')
    if lines is None:
        return text
    return ''.join(text.splitlines(keepends=True)[-lines:]) if lines else ''


def trim(path):
    """Forget the oldest part of a console that has grown too big.

    The machine appends meanwhile; a line of those very milliseconds may be
    lost.
    """
    try:
        if os.stat(path).st_size <= _MOST_BYTES:
            return
    except FileNotFoundError:
        return
    with open(path, 'rb+') as stream:
        stream.seek(-_KEEP_BYTES, os.SEEK_END)
        kept = stream.read()
        stream.truncate(0)
        stream.seek(0)
        stream.write(kept)
