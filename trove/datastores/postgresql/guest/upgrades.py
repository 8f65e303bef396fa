# SPDX-License-Identifier: Apache-2.0
"""Data of an older PostgreSQL, taken over with pg_upgrade.

The new cluster is made beside the old one, out of files that share their
blocks with it. Then the two change names: the old one is the way back.
"""

import glob
import os
import re
import shutil
import tempfile

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.postgresql.guest import bars
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import engine as pg_engine
from trove.datastores.postgresql.guest import freshening
from trove.datastores.postgresql.guest import places as where
from trove.guestkit import disks
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import shell

_BEFORE = 'data.before'
_INTERIM = 'data.upgrade.'
_OLDER = '/opt/postgresql-*/usr/lib/postgresql/%s/bin'
#: New catalogues, and the log of what is done.
_ROOM = 256 * 1024 ** 2
#: Lines of pg_upgrade that tell no trouble.
_IN_ORDER = re.compile(r'\bok$|^Performing |^\*failure\*$')


class NoRoom(exception.Unprocessable):
    """An upgrade needs room on the volume."""

    template = ('The volume has %(have_mb)d MB free; an upgrade needs '
                '%(need_mb)d MB: resize the volume and try again.')


class NoWay(exception.Unprocessable):
    """This version cannot take the data over."""

    template = ('PostgreSQL %(new)s cannot take over the data of %(old)s: '
                '%(reason)s')


class UpgradeFailed(exception.GuestFailed):
    """pg_upgrade did not come to its end."""

    template = 'The data could not be taken over: %(reason)s'


class PgUpgrades(interfaces.Upgrades):
    """To a newer major version, and back."""

    def __init__(self, places: where.Places, engine: pg_engine.PgEngine,
                 connector: connection.Connector, timeout_s: float) -> None:
        self._places = places
        self._engine = engine
        self._connector = connector
        self._timeout_s = timeout_s

    def check(self, version: str) -> None:
        """Raise Unprocessable naming what bars the way to ``version``."""
        usage = disks.usage(self._places.mount_point)
        if usage.available < _ROOM:
            raise NoRoom(have_mb=usage.available // 1024 ** 2,
                         need_mb=_ROOM // 1024 ** 2)
        bars.check(self._connector, version)

    def leave(self, version: str) -> None:
        """Stop in order, so that nothing is left to be recovered."""
        # What an earlier upgrade has kept and nobody gave up is no way back.
        self.settle()
        self._engine.stop()

    def arrive(self, version: str) -> None:
        """Make the data that is there fit for the version installed."""
        self._engine.stop()
        self._sweep()
        self._name()
        has, wanted = _version_of(self._places.data), _installed()
        if has != wanted:
            self._take_over(has, wanted)
        if os.path.isdir(self._before):
            freshening.freshen(self._engine, self._connector,
                               self._timeout_s)

    def undo(self) -> None:
        """Put the old cluster back in its place, if it is one of ours.

        An upgrade that is over may have left one of a version before: the
        data has moved on since.
        """
        self._sweep()
        if _version(self._before) != _installed() or (
                _version(self._places.data) == _installed()):
            return
        self._engine.stop()
        if os.path.isdir(self._places.data):
            self._put_aside(self._places.data)
        os.rename(self._before, self._places.data)
        files.sync_folder(self._places.mount_point)
        self._sweep()

    def settle(self) -> None:
        """Give the old cluster up, and the room it takes."""
        if os.path.isdir(self._before):
            # Half of it must never be taken for a way back.
            self._put_aside(self._before)
        self._sweep()

    @property
    def _before(self) -> str:
        return os.path.join(self._places.mount_point, _BEFORE)

    def _put_aside(self, folder: str) -> None:
        """Give it the name of something half-made, before it goes."""
        made = tempfile.mkdtemp(prefix=_INTERIM, dir=self._places.mount_point)
        os.rename(folder, os.path.join(made, 'aside'))
        files.sync_folder(self._places.mount_point)

    def _sweep(self) -> None:
        for path in glob.glob(os.path.join(self._places.mount_point,
                                           _INTERIM + '*')):
            shutil.rmtree(path)

    def _name(self) -> None:
        """End a change of names that was cut off between the two."""
        if not os.path.isdir(self._places.data) and os.path.isdir(
                self._before):
            os.rename(self._before, self._places.data)

    def _take_over(self, has: str, wanted: str) -> None:
        found = glob.glob(_OLDER % has)
        if not found:
            raise NoWay(new=wanted, old=has, reason='the image has no '
                        'programs of version %s.' % has)
        work = tempfile.mkdtemp(prefix=_INTERIM, dir=self._places.mount_point)
        shutil.chown(work, where.USER, where.USER)
        new = os.path.join(work, 'data')
        os.mkdir(new, 0o700)
        shutil.chown(new, where.USER, where.USER)
        pg_engine.make(new, self._timeout_s)
        run = _Run(self._places.data, new, found[0], work, self._timeout_s)
        run('--check')
        run()
        disks.sync(new)
        os.rename(self._places.data, self._before)
        os.rename(new, self._places.data)
        files.sync_folder(self._places.mount_point)
        shutil.rmtree(work)


def said(words: str) -> str:
    """What pg_upgrade said, without all that it found in order."""
    found = [line for line in words.splitlines()
             if line.strip('- ') and not _IN_ORDER.search(line)]
    return '\n'.join(found) or words


class _Run:
    """pg_upgrade between two clusters, in a folder of its own."""

    def __init__(self, old: str, new: str, older: str, folder: str,
                 timeout_s: float) -> None:
        self._old = old
        self._new = new
        self._older = older
        self._folder = folder
        self._timeout_s = timeout_s

    def __call__(self, *words: str) -> None:
        programs = where.programs()
        # The older server's libraries lie beside it.
        libraries = glob.glob(os.path.join(
            self._older.partition('/usr/lib/')[0], 'usr/lib/*-linux-*'))
        try:
            shell.run(['env', '--chdir=' + self._folder, 'TZ=UTC',
                       'LD_LIBRARY_PATH=' + ':'.join(libraries),
                       os.path.join(programs, 'pg_upgrade'),
                       '--old-bindir', self._older, '--new-bindir', programs,
                       '--old-datadir', self._old, '--new-datadir',
                       self._new, '--username', where.USER,
                       '--socketdir', self._folder, '--clone', *words],
                      timeout_s=self._timeout_s, user=where.USER)
        except errors.CommandFailed as error:
            raise UpgradeFailed(reason='%s %s' % (
                said(error.facts['words']), self._words())) from error

    def _words(self) -> str:
        """What pg_upgrade lists in files beside its log."""
        found = []
        for pattern in ('pg_upgrade_output.d/*/*.txt',
                        'pg_upgrade_output.d/*/log/*server*.log'):
            for path in glob.glob(os.path.join(self._new, pattern)):
                found.append(files.tail(path, 10))
        return '\n'.join(found)


def _version_of(data: str) -> str:
    found = _version(data)
    if found is None:
        raise UpgradeFailed(reason='there is no data in %s' % data)
    return found


def _version(data: str) -> str | None:
    text = files.read(os.path.join(data, 'PG_VERSION'))
    return None if text is None else text.strip()


def _installed() -> str:
    found = re.search(r'/(\d+)/bin', where.programs())
    return found[1] if found else '?'
