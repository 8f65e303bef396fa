# SPDX-License-Identifier: Apache-2.0
"""Say how the server is: at once, on every change, and regularly."""

import logging
import threading
import time

from trove.common import exception
from trove.guestagent import journal as journals
from trove.guestkit import disks
from trove.guestkit import room
from trove.objects import status

LOG = logging.getLogger(__name__)

_GB = 1024 ** 3
#: Less than this is no room: an engine takes space by the piece.
_NO_ROOM = 16 * 1024 ** 2
_RETRY_S = 1
_AT_WORK = (status.Service.HEALTHY, status.Service.RUNNING)


class Heartbeat:
    """Watches the engine and reports through ``link``.

    ``conf`` is asked each time, so that intervals may change. ``lost``
    tells what is wrong with the data volume: then nothing is asked that
    could hang with it.
    """

    def __init__(self, conf, journal, driver, mount_point, link, version,
                 lost=lambda: None):
        self._conf = conf
        self._journal = journal
        self._driver = driver
        self._mount_point = mount_point
        self._link = link
        self._version = version
        self._lost = lost
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._started = time.monotonic()
        self._engine_version = None
        self._thread = threading.Thread(target=self._run, name='heartbeat',
                                        daemon=True)

    def start(self):
        """Report, and go on reporting."""
        self._thread.start()

    def stop(self):
        """Report no more."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def changed(self):
        """Something is new: look and report at once."""
        self._wake.set()

    def _run(self):
        told, told_at, again = None, 0, True
        while not self._stop.is_set():
            pause_s = self._conf.guest_probe_interval
            try:
                state = self.state()
                due = (time.monotonic() - told_at
                       >= self._conf.report_interval)
                if again or due or state != told:
                    again = True    # until it is known to be told
                    self._link.heartbeat({**state, **self.figures()})
                    told, told_at, again = state, time.monotonic(), False
            except exception.Unavailable as error:
                LOG.warning('nobody could be told: %s', error)
                pause_s = _RETRY_S
            except Exception:  # the edge of a periodic loop
                LOG.exception('a look at the engine failed')
            if self._wake.wait(pause_s):
                self._wake.clear()
                again = True

    def state(self):
        """What is reported as soon as it changes."""
        now = self._journal.progress
        lost = self._lost() if now.phase == journals.READY else None
        trouble = None if lost else self._trouble(now)
        full = None if lost else self._full(now)
        found = service = self._service(now)
        if (lost or full) and found in _AT_WORK:
            # It may answer out of its memory, but it cannot do its work.
            service = status.Service.BLOCKED
        return {'service_status': str(service), 'phase': now.phase,
                'operation_id': now.operation_id,
                'error': self._masked(
                    lost or now.error or trouble or full),
                'agent_version': self._version,
                'engine_version': self._known_version(found)}

    def figures(self):
        """What always moves, and is reported along.

        Figures that cannot be had, as of a volume that is gone, are left
        out: just then it must be told how the engine is.
        """
        facts = {'uptime_s': int(time.monotonic() - self._started)}
        if (self._journal.progress.phase == journals.READY
                and not self._lost()):
            try:
                facts['memory_mb'] = self._driver.engine.memory_mb()
                facts.update(sizes(self._mount_point()))
            except OSError as error:
                LOG.warning('figures are missing: %s', error)
        return facts

    def _service(self, now):
        if now.phase == journals.WAITING:
            return status.Service.NEW
        if now.phase == journals.PREPARING:
            return status.Service.BUILDING
        if now.phase == journals.FAILED:
            return status.Service.FAILED
        found = self._driver.engine.status()
        if found is status.Service.CRASHED and now.stopped:
            return status.Service.SHUTDOWN
        if found is status.Service.SHUTDOWN and not now.stopped:
            return status.Service.CRASHED   # nobody asked for it
        return found

    def _trouble(self, now):
        if now.phase != journals.READY or now.stopped:
            return None
        try:
            return self._driver.engine.tend()
        except (exception.TroveError, OSError) as error:
            LOG.warning('the engine could not be looked after: %s', error)
            return str(error)

    def _full(self, now):
        if now.phase != journals.READY:
            return None
        try:
            found = disks.usage(self._mount_point())
        except OSError as error:
            LOG.warning('the room is not known: %s', error)
            return None
        if found.available >= _NO_ROOM:
            return None
        return room.FULL

    def _masked(self, text):
        """Text that may be the engine's, without its tenants' secrets."""
        return text and self._driver.engine.words.mask(
            text.encode('utf-8', 'replace')).decode('utf-8', 'replace')

    def _known_version(self, service):
        if service is not status.Service.HEALTHY:
            self._engine_version = None     # it may be another one next
        elif self._engine_version is None:
            self._engine_version = self._driver.engine.version()
        return self._engine_version


def sizes(mount_point):
    """Size and use of the data's file system in GB."""
    found = disks.usage(mount_point)
    return {'volume_total_gb': round(found.total / _GB, 3),
            'volume_used_gb': round(found.used / _GB, 3),
            'volume_avail_gb': round(found.available / _GB, 3)}

