# SPDX-License-Identifier: Apache-2.0
"""Logs of the MySQL family."""

import os

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import places as where
from trove.guestkit import files


class SqlLogs(interfaces.Logs):
    """The error log, on the root disk."""

    def __init__(self, places: where.Places) -> None:
        self._path = places.error_log
        self._since = 0

    def mark(self) -> None:
        """What is written from here on belongs to a new start."""
        self._since = files.size(self._path)

    def last_words(self, lines: int = 20) -> str:
        """The end of the log since the last start; its errors first."""
        words = files.tail(self._path, 400, since=self._since).splitlines()
        errors = [line for line in words if '[ERROR]' in line]
        return '\n'.join((errors or words)[-lines:])

    def files(self) -> tuple[interfaces.LogFile, ...]:
        """Every log there may be, whether its file is there or not."""
        return (interfaces.LogFile(name='error', path=self._path,
                                   switchable=False),)

    def is_enabled(self, name: str) -> bool:
        """Whether the engine is told to write this log."""
        return name == 'error'

    def switch(self, name: str, on: bool) -> bool:
        """No log can be switched yet."""
        raise exception.NotSupported(feature='Switching the log %s' % name,
                                     subject='this engine')

    def discard(self, name: str) -> None:
        """Empty the log while the engine goes on writing it."""
        os.truncate(self._path, 0)
