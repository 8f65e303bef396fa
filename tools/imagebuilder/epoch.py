# SPDX-License-Identifier: Apache-2.0
"""One time for everything that a build makes.

Two builds from one lock are to be the same, and times are what differs
otherwise. What a build makes bears the time of the variable that Debian's
own programs obey; what came out of a package keeps its own.
"""

import os
import pathlib
import time

VARIABLE = 'SOURCE_DATE_EPOCH'
DAY_S = 86400


def begin(pinned=0):
    """Settle the time of this build: the caller's, the lock's, or now."""
    if not os.environ.get(VARIABLE, '').isdigit():
        os.environ[VARIABLE] = str(pinned or int(time.time()))


def now():
    """Return the time of this build, in seconds."""
    return int(os.environ.get(VARIABLE) or time.time())


def environment():
    """Return what tells programs the time of this build."""
    return {VARIABLE: str(now())}


def settle(tree):
    """Give the files below ``tree`` that are younger the build's time.

    The accounts too: they know the day on which each was made.
    """
    limit_s = now()
    for name in ('shadow', 'shadow-'):
        _settle_days(pathlib.Path(tree, 'etc', name), limit_s // DAY_S)
    for directory, names, files in os.walk(tree):
        for path in (directory,
                     *(os.path.join(directory, name)
                       for name in (*names, *files))):
            if os.lstat(path).st_mtime > limit_s:
                os.utime(path, (limit_s, limit_s), follow_symlinks=False)


def _settle_days(path, limit):
    """Give the accounts in a file that are younger the build's day."""
    if path.is_symlink() or not path.is_file():
        return
    text, lines = path.read_text('utf-8'), []
    for line in text.splitlines():
        words = line.split(':')
        if words[2:3] and words[2].isdigit() and int(words[2]) > limit:
            words[2] = str(limit)
        lines.append(':'.join(words) + '\n')
    if ''.join(lines) != text:
        path.write_text(''.join(lines), 'utf-8')
