# SPDX-License-Identifier: Apache-2.0
"""MariaDB's logs."""

from trove.datastores import interfaces
from trove.datastores.mariadb.guest import places as where
from trove.guestkit import files


class ErrorLog(interfaces.Logs):
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
