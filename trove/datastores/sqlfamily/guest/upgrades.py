# SPDX-License-Identifier: Apache-2.0
"""Data of an older version, taken over where it lies."""

import glob
import logging
import os
import re
import shutil
import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import engine as sql_engine
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import quoting
from trove.guestkit import configfiles
from trove.guestkit import disks
from trove.guestkit import files
from trove.guestkit import shell

LOG = logging.getLogger(__name__)

_COPY_TIMEOUT_S = 600
_CHECK_TIMEOUT_S = 600
_DROPPED = '.dropped.'
#: New system tables, and the log of what is done.
_ROOM = 128 * 1024 ** 2


class Barred(exception.Unprocessable):
    """The data is not fit for the version that is wanted."""

    template = 'An upgrade to %(version)s is not possible: %(reason)s'


class NoRoom(exception.Unprocessable):
    """An upgrade needs room on the volume."""

    template = ('The volume has %(have_mb)d MB free; an upgrade needs '
                '%(need_mb)d MB: resize the volume and try again.')


class SqlUpgrades(interfaces.Upgrades):
    """A copy that shares its blocks with the data is the way back.

    ``convert`` is called while the new version runs, alone, on the data.
    """

    def __init__(self, product: str, engine: sql_engine.SqlEngine,
                 connector: connection.Connector, places: where.Places,
                 layers: configfiles.Layers,
                 convert: typing.Callable[[], None]) -> None:
        self._product = product
        self._engine = engine
        self._connector = connector
        self._places = places
        self._layers = layers
        self._convert = convert

    def check(self, version: str) -> None:
        """Raise Unprocessable naming what bars the way to ``version``."""
        usage = disks.usage(self._places.mount_point)
        if usage.available < _ROOM:
            raise NoRoom(have_mb=usage.available // 1024 ** 2,
                         need_mb=_ROOM // 1024 ** 2)
        running = self._engine.version()
        if running is None:
            raise Barred(version=version, reason='%s does not answer.'
                         % self._product)
        if _number(version) < _number(running)[:len(_number(version))]:
            raise Barred(version=version, reason='%s %s runs, which is '
                         'newer.' % (self._product, running))
        with self._connector.open(_CHECK_TIMEOUT_S) as session:
            if session.run('XA RECOVER'):
                raise Barred(version=version, reason='a distributed '
                             'transaction is prepared and neither committed '
                             'nor rolled back (XA RECOVER shows it).')
            for schema, table in session.run(
                    'SELECT table_schema, table_name FROM '
                    'information_schema.tables WHERE table_type = '
                    "'BASE TABLE' AND table_schema NOT IN ('mysql', 'sys', "
                    "'performance_schema', 'information_schema')"):
                self._check_table(session, version, schema, table)

    def _check_table(self, session: connection.Connection, version: str,
                     schema: str, table: str) -> None:
        # "FOR UPGRADE" alone looks at what changed between versions, and is
        # quick on large tables.
        for _, _, kind, words in session.run(
                'CHECK TABLE %s.%s FOR UPGRADE' % (quoting.name(schema),
                                                   quoting.name(table))):
            if kind.lower() == 'error' and 'upgrade required' not in (
                    words.lower()):
                raise Barred(version=version, reason='table %s.%s: %s'
                             % (schema, table, words))

    def leave(self, version: str) -> None:
        """Stop the old version so that ``version`` may take its data."""
        places = self._places
        try:
            with self._connector.open() as session:
                # All purged and merged: a newer version need not read the
                # logs of an older one.
                session.run('SET GLOBAL innodb_fast_shutdown = 0')
        except connection.EngineAway as error:
            LOG.info('the engine is down already: %s', error)
            self._engine.start()
            with self._connector.open() as session:
                session.run('SET GLOBAL innodb_fast_shutdown = 0')
        self._engine.stop()
        shutil.rmtree(self._interim, ignore_errors=True)
        shell.run(['cp', '-a', '--reflink=always', places.data,
                   self._interim], timeout_s=_COPY_TIMEOUT_S)
        disks.sync(self._interim)
        # What an earlier upgrade has kept and nobody gave up is no way back.
        self._give_up()
        os.rename(self._interim, self._kept())
        files.sync_folder(places.mount_point)
        self._sweep()

    def arrive(self, version: str) -> None:
        """Make the data that ``version`` left fit for the one installed."""
        # Nobody else may be there meanwhile.
        self._layers.put(configfiles.AFTER_USER, 'alone',
                         {'skip_networking': True})
        try:
            self._engine.start()
            self._convert()
            self._engine.stop()
        finally:
            self._layers.drop(configfiles.AFTER_USER, 'alone')

    def undo(self) -> None:
        """Put the copy that this version kept back in its place.

        Without one do nothing: one of a version before is left of an
        upgrade that is over, and the data has moved on since.
        """
        places, kept = self._places, self._kept()
        if not os.path.isdir(kept):
            if os.path.isdir(places.data):
                self._sweep()       # of an undoing that was interrupted
            return
        if os.path.isdir(places.data):
            os.rename(places.data, self._dropped())
        os.rename(kept, places.data)
        files.sync_folder(places.mount_point)
        self._sweep()

    def settle(self) -> None:
        """Give the way back up, and the room it takes."""
        self._give_up()
        shutil.rmtree(self._interim, ignore_errors=True)
        self._sweep()

    @property
    def _interim(self) -> str:
        return self._places.kept + '.new'

    def _kept(self) -> str:
        """The copy that is kept by the version installed."""
        return '%s.%s' % (self._places.kept, self._engine.installed())

    def _give_up(self) -> None:
        for path in glob.glob(self._places.kept + '*'):
            if path != self._interim:
                os.rename(path, self._dropped())

    def _dropped(self) -> str:
        # A name that nobody has: one may be left of an earlier time.
        number = len(glob.glob(self._places.data + _DROPPED + '*'))
        path = '%s%s%d' % (self._places.data, _DROPPED, number)
        while os.path.exists(path):
            number += 1
            path = '%s%s%d' % (self._places.data, _DROPPED, number)
        return path

    def _sweep(self) -> None:
        for path in glob.glob(self._places.data + _DROPPED + '*'):
            shutil.rmtree(path)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r'\d+', version))
