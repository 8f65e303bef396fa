# SPDX-License-Identifier: Apache-2.0
"""A server of the MySQL family: made, started, stopped, watched."""

import abc
import glob
import logging
import os
import shutil
import tempfile
import time
import typing

from trove.common import exception
from trove.common import waiting
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import logs as sql_logs
from trove.datastores.sqlfamily.guest import places as where
from trove.datastores.sqlfamily.guest import space
from trove.guestkit import disks
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import units
from trove.objects import status

LOG = logging.getLogger(__name__)

#: Packaged services that would start an engine of their own.
_PACKAGED = ('mariadb', 'mysql', 'mysqld')
_INTERIM = 'data.new.'

#: Seconds that the remains of an interrupted start may take to end.
_REMAINS_S = 10
_POLL_S = 0.02
#: Seconds that an engine on its way up is given before it is stopped.
_COMING_UP_S = 15
_LOOK_S = 0.25


class InitialiseFailed(exception.GuestFailed):
    """An empty engine could not be made."""

    template = '%(engine)s could not be initialised: %(reason)s'


class StartFailed(exception.GuestFailed):
    """The engine did not come up."""

    template = '%(engine)s did not start: %(reason)s'


class SqlEngine(interfaces.Engine):
    """A server under our own unit, which reads our own configuration.

    ``options`` are the engine's own; a subclass says what is started, how
    an empty engine is made and how it is secured. ``started`` is called
    after each start.
    """

    #: As people write it.
    product: str
    #: The program, and words for its command line.
    server: tuple[str, ...]
    unit_name: str
    user = where.USER

    def __init__(self, kit: interfaces.Kit, options: typing.Any,
                 places: where.Places, connector: connection.Connector,
                 logs: sql_logs.SqlLogs,
                 started: typing.Callable[[], None]) -> None:
        self.mount_point = options.mount_point
        self._units = kit.units
        self._conf = options
        self._places = places
        self._connector = connector
        self._logs = logs
        self._started = started
        self._room = space.Room(places.mount_point)
        self._answered = False
        program, *words = self.server
        self._unit = units.Unit(
            name=self.unit_name,
            description='%s, kept by Trove' % self.product,
            # Until it has opened its log it tells standard error, such as
            # that it cannot read its configuration.
            argv=('/bin/sh', '-c', 'exec "$@" 2>"$0"', places.first_words,
                  program, '--defaults-file=' + places.config, *words),
            user=self.user, runtime_folders=(places.runtime,),
            notifies=True, stop_timeout_s=options.stop_timeout)

    @abc.abstractmethod
    def _make(self, folder: str) -> None:
        """Make an empty engine in ``folder``; nothing need be synced."""

    def initialise(self) -> None:
        """Make an empty engine beside its place, then give it its name."""
        places = self._places
        if os.path.isdir(places.data):
            return
        self._remove_leftovers()
        self._logs.make_room()
        # A name of its own each time: the server of an interrupted attempt
        # may live on for a moment and must not meet ours.
        interim = tempfile.mkdtemp(prefix=_INTERIM, dir=places.mount_point)
        shutil.chown(interim, self.user, self.user)
        self._logs.mark()
        try:
            self._make(interim)
        except errors.CommandFailed as error:
            raise InitialiseFailed(
                engine=self.product,
                reason=self._logs.last_words() or error.message) from error
        # Nothing was synced on the way; all of it is before the folder gets
        # the name that counts. That saves a third of the time on a volume.
        disks.sync(interim)
        os.rename(interim, places.data)
        files.sync_folder(places.mount_point)
        self._see_leftovers_gone()

    def _see_leftovers_gone(self) -> None:
        # Whoever was at work on them when the agent died may have written
        # on for a moment, where no unit ends it with the agent.
        try:
            waiting.until(self._remove_leftovers, _REMAINS_S,
                          'the end of an interrupted start')
        except exception.WaitTimeout as error:
            LOG.warning('%s', error)

    def _remove_leftovers(self) -> bool:
        found = glob.glob(os.path.join(self._places.mount_point,
                                       _INTERIM + '*'))
        for path in found:
            LOG.info('removing the remains of an interrupted start: %s', path)
            shutil.rmtree(path, onerror=_note)
        return not any(os.path.exists(path) for path in found)

    def start(self) -> None:
        """Start the unit and come back when a query is answered."""
        self._units.retire(_PACKAGED)
        self._logs.make_room()
        self._logs.mark()
        self._units.start(self._unit)
        watch = _Watch(self._units, self._unit)
        try:
            waiting.until(
                lambda: self._connector.answers() or watch.look(),
                self._conf.start_timeout, 'the start of %s' % self.product,
                poll_s=_POLL_S, most_s=2 * _POLL_S)
        except (exception.WaitTimeout, errors.UnitFailed) as error:
            words = self._logs.last_words()
            self._units.stop(self._unit)
            raise StartFailed(engine=self.product, reason=(
                '%s Last words of its log:\n%s' % (error.message, words))
                ) from error
        self._started()

    def stop(self) -> None:
        """Stop it; by force when it does not end in time."""
        self._let_come_up()
        self._units.stop(self._unit)

    def _let_come_up(self) -> None:
        # MariaDB that is asked to end after it has opened its port and
        # before it is ready never ends, and would be killed in the end.
        try:
            waiting.until(
                lambda: self._connector.answers() or self._units.condition(
                    self._unit).state is not units.State.RUNNING,
                _COMING_UP_S, 'the start of %s' % self.product,
                poll_s=_POLL_S, most_s=_LOOK_S)
        except exception.WaitTimeout as error:
            LOG.info('stopped all the same: %s', error)

    def status(self) -> status.Service:
        """HEALTHY when it answers; else what became of its process.

        BLOCKED also when there is no room for what is written.
        """
        self._answered = self._connector.answers()
        if self._answered:
            return (status.Service.BLOCKED if self._room.is_over
                    else status.Service.HEALTHY)
        state = self._units.condition(self._unit).state
        if state is units.State.RUNNING:
            # It is on its way up or down, or it listens and hangs.
            return (status.Service.BLOCKED if self._connector.listens()
                    else status.Service.RUNNING)
        if state is units.State.STOPPED:
            return status.Service.SHUTDOWN
        return status.Service.CRASHED

    def tend(self) -> str | None:
        """Keep the logs small; tell a full volume and a dead engine."""
        self._logs.keep_small()
        full = self._room.look()
        # To ask the keeper starts a program: not every second.
        if self._answered or self._units.condition(
                self._unit).state not in (units.State.FAILED,
                                          units.State.RESTARTING):
            return full
        return '%s is down. %sLast words of its log:\n%s' % (
            self.product, full + ' ' if full else '', self._logs.last_words())

    def version(self) -> str | None:
        """The server's own word, without the packager's ending."""
        try:
            with self._connector.open() as session:
                word = session.run('SELECT version()')[0][0]
        except exception.TroveError as error:
            LOG.info('the version is not known: %s', error)
            return None
        return word.partition('-')[0]

    def memory_mb(self) -> int | None:
        """Resident memory of the server."""
        pid = (files.read(self._places.pid_file) or '').strip()
        text = files.read('/proc/%s/status' % pid) if pid else None
        facts = dict(line.split(':', 1) for line in (text or '').splitlines()
                     if ':' in line)
        if facts.get('Name', '').strip() != os.path.basename(self.server[0]):
            return None         # a later process has its number
        return int(facts['VmRSS'].split()[0]) // 1024


class _Watch:
    """Looks now and then whether a starting unit still lives."""

    def __init__(self, keeper: units.Units, unit: units.Unit) -> None:
        self._keeper = keeper
        self._unit = unit
        self._restarts: int | None = None
        self._next = time.monotonic() + _LOOK_S

    def look(self) -> bool:
        """False, or UnitFailed if the process died since the start."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _LOOK_S
        found = self._keeper.condition(self._unit)
        if self._restarts is None:
            self._restarts = found.restarts
        if (found.state is not units.State.RUNNING
                or found.restarts > self._restarts):
            raise errors.UnitFailed(unit=self._unit.name,
                                    reason='its process ended.')
        return False


def _note(function: typing.Any, path: str, info: typing.Any) -> None:
    # The next start tries again; a new engine does not need the place.
    LOG.warning('%s stays: %s', path, info[1])
