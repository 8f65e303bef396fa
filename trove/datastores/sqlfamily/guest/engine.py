# SPDX-License-Identifier: Apache-2.0
"""A server of the MySQL family: made, started, stopped, watched."""

import abc
import logging
import os
import re
import typing

from trove.common import exception
from trove.common import waiting
from trove.datastores import interfaces
from trove.datastores import statements
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import logs as sql_logs
from trove.datastores.sqlfamily.guest import places as where
from trove.guestkit import disks
from trove.guestkit import errors
from trove.guestkit import files
from trove.guestkit import interim
from trove.guestkit import room
from trove.guestkit import shell
from trove.guestkit import units
from trove.guestkit import watch
from trove.objects import status

LOG = logging.getLogger(__name__)

#: Packaged services that would start an engine of their own.
_PACKAGED = ('mariadb', 'mysql', 'mysqld')
#: Seconds that an engine on its way up is given before it is stopped.
_COMING_UP_S = 15
_POLL_S = 0.02
_MOST_S = 0.25
_VERSION_TIMEOUT_S = 30


class SqlEngine(interfaces.Engine):
    """A server under our own unit, which reads our own configuration.

    ``options`` are the engine's own; a subclass says what is started and how
    an empty engine is made. ``started`` is called
    after each start.
    """

    #: As people write it.
    product: str
    #: The program, and words for its command line.
    server: tuple[str, ...]
    unit_name: str
    user = where.USER
    words = statements.Statements()

    def __init__(self, kit: interfaces.Kit, options: typing.Any,
                 places: where.Places, connector: connection.Connector,
                 logs: sql_logs.SqlLogs, guard: room.Guard,
                 started: typing.Callable[[], None]) -> None:
        self.mount_point = options.mount_point
        self._units = kit.units
        self._conf = options
        self._places = places
        self._connector = connector
        self._logs = logs
        self._guard = guard
        self._started = started
        self._answered = False
        self._interim = interim.Interim(places.data, self.user)
        program, *words = self.server
        self._unit = units.Unit(
            name=self.unit_name,
            description='%s, kept by Trove' % self.product,
            # Until it has opened its log it tells standard error, such as
            # that it cannot read its configuration.
            argv=('/bin/sh', '-c', 'exec "$@" 2>"$0"', places.first_words,
                  program, '--defaults-file=' + places.config, *words),
            before=room.ahead(places.mount_point,
                              disks.see_written(places.mount_point)),
            user=self.user, runtime_folders=(places.runtime,),
            notifies=True, stop_timeout_s=options.stop_timeout)

    @abc.abstractmethod
    def _make(self, folder: str) -> None:
        """Make an empty engine in ``folder``; nothing need be synced."""

    def initialise(self) -> None:
        """Make an empty engine beside its place, then give it its name."""
        if os.path.isdir(self._places.data):
            return
        self._interim.clear()
        self._make_room()
        made = self._interim.make()
        self._logs.mark()
        try:
            self._make(made)
        except errors.CommandFailed as error:
            raise errors.InitialiseFailed(
                engine=self.product,
                reason=self._logs.last_words() or error.message) from error
        self._interim.name(made)
        self._interim.see_clear()

    def _make_room(self) -> None:
        files.folder(self._places.scratch, 0o700, self.user)
        self._logs.make_room()

    def start(self) -> None:
        """Start the unit and come back when a query is answered."""
        self._units.retire(_PACKAGED)
        self._make_room()
        self._logs.mark()
        watch.bring_up(self._units, self._unit, self._connector.answers,
                       self._conf.start_timeout, self.product,
                       self._logs.last_words)
        self._guard.started()
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
                poll_s=_POLL_S, most_s=_MOST_S)
        except exception.WaitTimeout as error:
            LOG.info('stopped all the same: %s', error)

    def abort(self) -> None:
        """Kill it: what its disk has lost is made anew at the next start."""
        self._units.kill(self._unit)

    def secure(self) -> None:
        """Only root of this machine, through the socket, remains."""
        with self._connector.open() as session:
            for user, host in session.run(
                    "SELECT user, host FROM mysql.user WHERE user = '' OR "
                    "(user = 'root' AND host <> 'localhost')"):
                session.run('DROP USER %s@%s', user, host)

    def status(self) -> status.Service:
        """HEALTHY when it answers; else what became of its process."""
        self._answered = self._connector.answers()
        if self._answered:
            # It answers, but takes no writes: somebody has to make room.
            return (status.Service.BLOCKED if self._guard.engaged
                    else status.Service.HEALTHY)
        return watch.unanswering(
            self._units.condition(self._unit).state, self._connector.listens)

    def tend(self) -> str | None:
        """Keep the logs small; say what a dead engine said last."""
        full = self._guard.look()
        self._logs.keep_small()
        # To ask the keeper starts a program: not every second.
        if self._answered:
            return full
        found = self._units.condition(self._unit)
        if found.state not in (units.State.FAILED, units.State.RESTARTING):
            return full
        if found.state is units.State.FAILED and self._guard.made_room():
            self._units.start(self._unit)
        why = watch.down('%s is down' % self.product, found,
                         self._logs.last_words())
        return '%s %s' % (full, why) if full else why

    def version(self) -> str | None:
        """The server's own word, without the packager's ending."""
        try:
            with self._connector.open() as session:
                word = session.run('SELECT version()')[0][0]
        except exception.TroveError as error:
            LOG.info('the version is not known: %s', error)
            return None
        return word.partition('-')[0]

    def installed(self) -> str:
        """The version that would run, such as 10.11."""
        text = shell.run([self.server[0], '--no-defaults', '--version'],
                         timeout_s=_VERSION_TIMEOUT_S).stdout
        found = re.search(r'\bVer (\d+\.\d+)', text)
        if found is None:
            raise errors.UnitFailed(unit=self.server[0],
                                    reason='it tells no version.')
        return found[1]

    def memory_mb(self) -> int | None:
        """Resident memory of the server."""
        return watch.resident_mb(self._places.pid_file,
                                 os.path.basename(self.server[0]))
