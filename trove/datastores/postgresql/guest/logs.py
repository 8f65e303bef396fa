# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's log.

The engine has one stream of words. They go to the error log; while a tenant
wants the general log, to that, and with them every statement. Passwords are
not in it as far as the agent sets them: it hands over what the engine keeps
of them.
"""

import logging
import os
import re
import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import places as where
from trove.guestkit import configfiles
from trove.guestkit import files

LOG = logging.getLogger(__name__)

_MB = 1024 ** 2
GENERAL = 'general'
ERROR = 'error'
_FILES = {ERROR: 'postgresql-error.log', GENERAL: 'postgresql-general.log'}
_CHANGE = 'log-general'
_SWITCHED_ON = {'log_filename': _FILES[GENERAL], 'log_statement': 'all',
                'log_duration': True}
#: The engine says that its words are in another place from now on.
_HANDING_OVER = ('redirecting log output', 'Future log output')
_BAD = ('ERROR:', 'FATAL:', 'PANIC:')
#: What tenants say, which may hold their secrets and is no reason. Further
#: lines of a statement begin with a tab.
_OF_TENANTS = re.compile(
    r'^\t|LOG: +(statement|duration|execute|parse|bind)\b'
    r'|(STATEMENT|QUERY|CONTEXT): |DETAIL: +parameters:'
    # Who comes while it is on its way is told so: ourselves, first of all.
    r'|FATAL: +the database system is (starting up|shutting down|not yet)',
    re.IGNORECASE)
#: Time and process at the beginning of a line.
_STAMP = re.compile(r'^[-\d]+ [:.\d]+ \S+ \[\d+\] ')


class PgLogs(interfaces.Logs):
    """The logs, on the root disk; ``reload`` lets the engine read its files
    and says whether it did."""

    def __init__(self, places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector,
                 reload: typing.Callable[[], bool], size_mb: int) -> None:
        self._places = places
        self._layers = layers
        self._connector = connector
        self._size_mb = size_mb
        self._reload = reload
        self._since = 0

    def settings(self) -> interfaces.Item:
        """What the engine has to know of its log, whatever is switched."""
        return {'logging_collector': True, 'log_destination': 'stderr',
                'log_directory': self._places.logs,
                'log_filename': _FILES[ERROR], 'log_file_mode': '0640',
                'log_rotation_age': 0, 'log_rotation_size': 0,
                'log_truncate_on_rotation': False}

    def mark(self) -> None:
        """What is written from here on belongs to a new start."""
        self._since = files.size(self._path(self._current()))
        files.remove(self._places.first_words)

    def last_words(self, lines: int = 20) -> str:
        """Why it ended: what it said last, before its log was open or in it.

        A start that fails before it has its log is later than all that is
        in the log. Its reason comes first, and however much the engine that
        ran before has written does not push it out.
        """
        first = _once(_since_handing_over(files.tail(
            self._places.first_words, 100).splitlines()))
        words = [line for line in files.tail(
            self._path(self._current()), 400, since=self._since).splitlines()
            if not _OF_TENANTS.search(line)]
        bad = [line for line in words if any(word in line for word in _BAD)]
        if not first:
            bad = bad or words
        return '\n'.join([*first[-lines:], *bad[-lines:]])

    def files(self) -> tuple[interfaces.LogFile, ...]:
        """Every log there may be, whether its file is there or not."""
        return tuple(interfaces.LogFile(
            name=name, path=self._path(name), switchable=name == GENERAL)
            for name in (GENERAL, ERROR))

    def is_enabled(self, name: str) -> bool:
        """Whether the engine is told to write this log."""
        return name == ERROR or self._current() == name

    def switch(self, name: str, on: bool) -> bool:
        """Have every statement written or not; True: at the next start."""
        if name != GENERAL:
            raise exception.NotSupported(
                feature='Switching the log %s' % name, subject='PostgreSQL')
        if on:
            self._layers.put(configfiles.AFTER_USER, _CHANGE, _SWITCHED_ON)
        else:
            self._layers.drop(configfiles.AFTER_USER, _CHANGE)
        return not self._reload()

    def discard(self, name: str) -> None:
        """Empty the log; the engine goes on writing at its new end."""
        if os.path.exists(self._path(name)):
            os.truncate(self._path(name), 0)

    def keep_small(self) -> None:
        """Begin a new file of each log that has grown too large.

        The root disk, which they lie on, must not fill.
        """
        for name in _FILES:
            if not files.put_aside(self._path(name), self._size_mb * _MB):
                continue
            LOG.info('the log %s begins anew', name)
            if name == self._current():
                self._since = 0
                with self._connector.open() as engine:
                    engine.run('SELECT pg_rotate_logfile()')

    def _current(self) -> str:
        found = self._layers.path(configfiles.AFTER_USER, _CHANGE)
        return GENERAL if found else ERROR

    def _path(self, name: str) -> str:
        return os.path.join(self._places.logs, _FILES[name])


def _since_handing_over(words: list[str]) -> list[str]:
    """What was said by starts that never came as far as the log."""
    for number, line in enumerate(reversed(words)):
        if any(word in line for word in _HANDING_OVER):
            return words[len(words) - number:]
    return words


def _once(words: list[str]) -> list[str]:
    """Each line once, for one start after the other says the same.

    A tenant is shown the first 255 letters.
    """
    return list(dict.fromkeys(_STAMP.sub('', line) for line in words))
