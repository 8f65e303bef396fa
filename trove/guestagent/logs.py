# SPDX-License-Identifier: Apache-2.0
"""Logs of the engine and of the agent, and what tenants do with them.

What has been published is told by an object beside the parts, the metafile,
in the account of who asks: a server that is rebuilt, or an operator who
publishes into another account, has nothing to remember here.
"""

import dataclasses
import logging
import os
import threading
import typing

from trove.common import exception
from trove.datastores import interfaces
from trove.guestagent import publishing
from trove.guestkit import files

LOG = logging.getLogger(__name__)

AGENT = 'guest'
#: An engine must start before it writes, or writes no more, this log.
PENDING = 'logs-at-restart.json'
#: Beside the data: a server that takes them over writes the same logs.
SWITCHED_ON = 'trove-logs.json'


class LogNotFound(exception.NotFound):
    """The engine has no such log."""

    template = 'There is no log %(name)s.'


class NotSwitchable(exception.BadRequest):
    """A log that is always written."""

    template = 'The log %(name)s is always written; it cannot be switched.'


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done with a log, in this order."""

    enable: bool = False
    disable: bool = False
    discard: bool = False
    publish: bool = False


def switched_on(data_folder: str) -> list[str]:
    """Logs that were on where the data were last served."""
    return files.read_json(_notes(data_folder)) or []


def _notes(data_folder: str) -> str:
    return os.path.join(data_folder, SWITCHED_ON)


class GuestLogs:
    """All logs of this server."""

    def __init__(self, driver: interfaces.Driver, manager: str,
                 instance_id: str, state_folder: str,
                 agent_log: str, data_folder: typing.Callable[[], str],
                 ca_file: str | None = None) -> None:
        self._driver = driver
        self._manager = manager
        self._instance_id = instance_id
        self._pending_path = os.path.join(state_folder, PENDING)
        self._data_folder = data_folder
        self._ca_file = ca_file
        self._agent_log = interfaces.LogFile(
            name=AGENT, path=agent_log, switchable=False)
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], publishing.Job] = {}

    def list(self, place: publishing.Place) -> list[dict[str, typing.Any]]:
        """Every log as it is."""
        return [self._facts(found, place) for found in self._files()]

    def act(self, name: str, wish: Wish, place: publishing.Place,
            wait_s: float) -> dict[str, typing.Any]:
        """Do what is wished; a publication that lasts longer than
        ``wait_s`` goes on by itself. The log as it then is."""
        log = self._find(name)
        if wish.enable or wish.disable:
            self._switch(log, wish.enable)
        elif wish.publish and not self._is_enabled(log):
            self._switch(log, True)
        if wish.discard:
            self._discard(log, place)
        if wish.publish:
            self._publish(log, place).wait(wait_s)
        return self._facts(log, place)

    def started(self) -> None:
        """The engine was started: what waited for that has happened."""
        files.remove(self._pending_path)

    # --- how

    def _files(self) -> tuple[interfaces.LogFile, ...]:
        own = self._driver.logs.files() if self._driver.logs else ()
        return (*own, self._agent_log)

    def _find(self, name: str) -> interfaces.LogFile:
        for log in self._files():
            if log.name == name:
                return log
        raise LogNotFound(name=name)

    def _is_enabled(self, log: interfaces.LogFile) -> bool:
        if not log.switchable or self._driver.logs is None:
            return True
        return self._driver.logs.is_enabled(log.name)

    def _switch(self, log: interfaces.LogFile, on: bool) -> None:
        if not log.switchable or self._driver.logs is None:
            raise NotSwitchable(name=log.name)
        with self._lock:
            at_start = self._driver.logs.switch(log.name, on)
            waiting = set(files.read_json(self._pending_path) or ())
            changed = (waiting | {log.name} if at_start
                       else waiting - {log.name})
            if changed != waiting:
                files.write_json(self._pending_path, sorted(changed))
            self._note()

    def _note(self) -> None:
        found = [log.name for log in self._files()
                 if log.switchable and self._is_enabled(log)]
        try:
            files.write_json(_notes(self._data_folder()), found)
        except OSError as error:
            LOG.warning('a server to come will not know the logs of this '
                        'one: %s', error)

    def _discard(self, log: interfaces.LogFile,
                 place: publishing.Place) -> None:
        job = self._running(log, place)
        if job is not None:
            job.stop()
        with self._lock:
            self._shelf(log, place).discard()
            if os.path.exists(log.path):
                if log is self._agent_log or self._driver.logs is None:
                    os.truncate(log.path, 0)
                else:
                    self._driver.logs.discard(log.name)

    def _publish(self, log: interfaces.LogFile,
                 place: publishing.Place) -> publishing.Job:
        """The job that publishes it: a running one, or a new one."""
        with self._lock:
            running = self._running(log, place)
            if running is not None:
                return running
            job = publishing.Job(self._shelf(log, place))
            self._jobs = {key: one for key, one in self._jobs.items()
                          if one.runs()}
            self._jobs[log.name, place.url] = job
            job.start()
            return job

    def _running(self, log: interfaces.LogFile, place: publishing.Place
                 ) -> publishing.Job | None:
        job = self._jobs.get((log.name, place.url))
        return job if job is not None and job.runs() else None

    def _shelf(self, log: interfaces.LogFile,
               place: publishing.Place) -> publishing.Shelf:
        label = '%s-%s' % (self._manager, log.name)
        return publishing.Shelf(
            path=log.path, words=self._driver.engine.words, place=place,
            prefix='%s/%s/' % (self._instance_id, label),
            metafile='%s/%s_metafile' % (self._instance_id, label),
            ca_file=self._ca_file)

    def _facts(self, log: interfaces.LogFile, place: publishing.Place
               ) -> dict[str, typing.Any]:
        shelf = self._shelf(log, place)
        known = shelf.known()
        size = files.size(log.path)
        rotated = known is not None and shelf.is_other(known)
        done = known.published if known and not rotated else 0
        return {
            'name': log.name, 'type': 'USER' if log.switchable else 'SYS',
            'status': self._status(log, known, rotated, size - done),
            'published': done, 'pending': max(0, size - done),
            'container': place.container if known else 'None',
            'prefix': shelf.prefix if known else 'None',
            'metafile': shelf.metafile}

    def _status(self, log: interfaces.LogFile,
                known: publishing.Known | None, rotated: bool,
                pending: int) -> str:
        if log.name in (files.read_json(self._pending_path) or ()):
            return 'Restart Required'
        if not self._is_enabled(log):
            return 'Disabled'
        if not os.path.exists(log.path):
            return 'Unavailable'
        if rotated:
            return 'Rotated'
        if known is None or not known.published:
            return 'Ready' if pending else 'Enabled'
        return 'Partial' if pending > 0 else 'Published'
