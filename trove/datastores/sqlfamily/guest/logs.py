# SPDX-License-Identifier: Apache-2.0
"""Logs of the MySQL family, on the root disk.

They must not fill the data volume, where a full disk stops the tenant's
writes; so that they cannot fill the root disk either, a file that has grown
large is put aside, and the one that was aside before is dropped.
"""

import logging
import os
import re

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import places as where
from trove.guestkit import configfiles
from trove.guestkit import files

LOG = logging.getLogger(__name__)

ERROR = 'error'
_SWITCHES = {'general': 'general_log', 'slow_query': 'slow_query_log'}
_FLUSHES = {ERROR: 'FLUSH ERROR LOGS', 'general': 'FLUSH GENERAL LOGS',
            'slow_query': 'FLUSH SLOW LOGS'}
_MB = 1024 ** 2
#: What is said at every start, and is no reason for its failure.
_HARMLESS = re.compile(r'\[(Note|Warning|System)\]')


class SqlLogs(interfaces.Logs):
    """error, general and slow_query, each at most ``size_mb`` large."""

    def __init__(self, places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector, size_mb: int) -> None:
        self._places = places
        self._layers = layers
        self._connector = connector
        self._size_mb = size_mb
        self._since = 0

    def make_room(self) -> None:
        """Have the folder that the engine writes to."""
        files.folder(self._places.logs, 0o750, where.USER)

    def mark(self) -> None:
        """What is written from here on belongs to a new start."""
        self._since = files.size(self._places.log(ERROR))

    def last_words(self, lines: int = 20) -> str:
        """What it said without a log, and the errors of the log, or its end.

        All since the last start.
        """
        words = files.tail(self._places.log(ERROR), 400,
                           since=self._since).splitlines()
        errors = [line for line in words if '[ERROR]' in line]
        first = files.tail(self._places.first_words, lines).splitlines()
        bad = [line for line in first if not _HARMLESS.search(line)] + errors
        return '\n'.join((bad or first + words)[-lines:])

    def files(self) -> tuple[interfaces.LogFile, ...]:
        """Every log there may be, whether its file is there or not."""
        return tuple(interfaces.LogFile(
            name=name, path=self._places.log(name),
            switchable=name in _SWITCHES) for name in _FLUSHES)

    def is_enabled(self, name: str) -> bool:
        """Whether the engine is told to write this log."""
        return name == ERROR or self._layers.has(configfiles.AFTER_USER,
                                                 name)

    def switch(self, name: str, on: bool) -> bool:
        """Have a log written or not; True: at the next start."""
        if name not in _SWITCHES:
            raise exception.NotSupported(
                feature='Switching the log %s' % name, subject='this engine')
        variable = _SWITCHES[name]
        if on:
            self._layers.put(configfiles.AFTER_USER, name, {variable: True})
        else:
            self._layers.drop(configfiles.AFTER_USER, name)
        try:
            with self._connector.open() as engine:
                engine.run('SET GLOBAL %s = %%s' % variable, int(on))
        except connection.EngineAway as error:
            LOG.info('the log %s is switched at the next start: %s', name,
                     error)
            return True
        return False

    def discard(self, name: str) -> None:
        """Empty the log while the engine goes on writing it."""
        path = self._places.log(name)
        if os.path.exists(path):
            os.truncate(path, 0)

    def keep_small(self) -> None:
        """Begin a new file of each log that has grown too large."""
        for name, flush in _FLUSHES.items():
            if files.put_aside(self._places.log(name), self._size_mb * _MB):
                LOG.info('the log %s begins anew', name)
                self._since = 0
                with self._connector.open() as engine:
                    engine.run(flush)
