# SPDX-License-Identifier: Apache-2.0
"""The PostgreSQL server: made, started, stopped, watched."""

import logging
import os
import signal

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.postgresql.guest import access
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import logs as engine_logs
from trove.datastores.postgresql.guest import masking
from trove.datastores.postgresql.guest import places as where
from trove.guestkit import configfiles
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

PRODUCT = 'PostgreSQL'

#: Packaged services that would start an engine of their own.
_PACKAGED = ('postgresql',)
#: The layer of an engine that only the agent talks to.
_ALONE = 'alone'

#: Roles whose members run programs and read files of the server. Before
#: version 16 whoever may make roles may also give these away, unless they
#: are superusers: then only a superuser may.
_WAYS_OUT = ("UPDATE pg_authid SET rolsuper = true WHERE rolname IN "
             "('pg_execute_server_program', 'pg_read_server_files', "
             "'pg_write_server_files')")


class PgEngine(interfaces.Engine):
    """postgres under our own unit, which reads our own configuration."""

    words = masking.PgWords()

    def __init__(self, kit: interfaces.Kit, settings: interfaces.Settings,
                 places: where.Places, layers: configfiles.Layers,
                 connector: connection.Connector,
                 logs: engine_logs.PgLogs, door: access.Access,
                 guard: room.Guard) -> None:
        self.mount_point = settings.conf.postgresql.mount_point
        self._units = kit.units
        self._conf = settings.conf.postgresql
        self._places = places
        self._layers = layers
        self._connector = connector
        self._logs = logs
        self._door = door
        self._guard = guard
        self._interim = interim.Interim(places.data, where.USER)
        self._answered = False
        self._found: units.Condition | None = None
        self._unit = units.Unit(
            name='trove-postgresql', description='PostgreSQL, kept by Trove',
            # What it says before it has its log goes beside that.
            argv=('/bin/sh', '-c', 'exec "$@" 2>>"$0"', places.first_words,
                  os.path.join(where.programs(), 'postgres'),
                  '-D', places.data, '--config-file=' + places.config),
            before=room.ahead(places.mount_point,
                              disks.see_written(places.mount_point)),
            user=where.USER, runtime_folders=(places.runtime,),
            notifies=True, stop_timeout_s=self._conf.stop_timeout,
            # On SIGTERM it lets nobody in any more and waits for those who
            # are in: one idle session kept a restart from ending.
            stop_signal=signal.SIGINT)

    def initialise(self) -> None:
        """Make an empty engine beside its place, then give it its name."""
        self._interim.clear()
        if os.path.isdir(self._places.data):
            return
        made = self._interim.make()
        make(made, self._conf.initialise_timeout)
        self._interim.name(made)
        self._interim.see_clear()

    def start(self) -> None:
        """Start the unit and come back when a query is answered."""
        self._layers.drop(configfiles.AFTER_USER, _ALONE)
        self._start()

    def start_alone(self) -> None:
        """`start`, but nobody comes in except the agent."""
        self.stop()
        self._layers.put(configfiles.AFTER_USER, _ALONE,
                         {'listen_addresses': ''})
        self._start()

    def _start(self) -> None:
        self._units.retire(_PACKAGED)
        self._door.write()
        files.folder(self._places.logs, 0o750, where.USER)
        self._logs.mark()
        watch.bring_up(self._units, self._unit, self._connector.answers,
                       self._conf.start_timeout, PRODUCT,
                       self._logs.last_words)
        self._guard.started()

    def stop(self) -> None:
        """Stop it; by force when it does not end in time."""
        self._units.stop(self._unit)

    def abort(self) -> None:
        """Kill it: what its disk has lost is made anew at the next start."""
        self._units.kill(self._unit)

    def secure(self) -> None:
        """Nobody comes into what is ours, nor by it out of the engine."""
        with self._connector.open() as engine:
            for database in ('postgres', 'template1'):
                engine.run(connection.names(
                    'REVOKE ALL ON DATABASE {} FROM PUBLIC', database))
            if engine.version < 16:
                engine.run(_WAYS_OUT)

    def status(self) -> status.Service:
        """HEALTHY when it answers; else what became of its process."""
        self._answered = self._connector.answers()
        if self._answered:
            # It answers, but takes no writes: somebody has to make room.
            return (status.Service.BLOCKED if self._guard.engaged
                    else status.Service.HEALTHY)
        self._found = self._units.condition(self._unit)
        return watch.unanswering(self._found.state, self._connector.listens)

    def version(self) -> str | None:
        """The server's own word, without the packager's ending."""
        try:
            with self._connector.open() as session:
                word = session.run('SHOW server_version')[0][0]
        except exception.TroveError as error:
            LOG.info('the version is not known: %s', error)
            return None
        return str(word).partition(' ')[0]

    def memory_mb(self) -> int | None:
        """Resident memory of the server process; sessions come on top."""
        return watch.resident_mb(self._places.pid_file, 'postgres')

    def tend(self) -> str | None:
        """Keep the engine from filling its volume; tell why it is down."""
        full = self._guard.look()
        if self._answered:
            self._logs.keep_small()
        # As it was at the last look: to ask the keeper starts a program.
        found = self._found
        if (self._answered or found is None
                or found.state is not units.State.FAILED):
            return full
        if self._guard.made_room():
            self._units.start(self._unit)
        why = watch.down('%s ended again and again' % PRODUCT, found,
                         self._logs.last_words(5))
        return '%s %s' % (full, why) if full else why


def make(folder: str, timeout_s: float, programs: str | None = None) -> None:
    """An empty cluster, nothing of which is synced on the way."""
    try:
        # The time zone is given, or initdb compares all of the world's.
        shell.run(['env', 'TZ=UTC',
                   os.path.join(programs or where.programs(), 'initdb'),
                   '--pgdata', folder, '--username', where.USER,
                   '--encoding', 'UTF8', '--locale', 'C.UTF-8',
                   '--data-checksums', '--auth-local', 'peer',
                   '--auth-host', 'scram-sha-256', '--no-sync',
                   '--no-instructions'],
                  timeout_s=timeout_s, user=where.USER)
    except errors.CommandFailed as error:
        raise errors.InitialiseFailed(
            engine=PRODUCT, reason=error.message) from error
