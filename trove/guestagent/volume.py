# SPDX-License-Identifier: Apache-2.0
"""The data volume: found, mounted, grown, and seen to be there.

A server without one keeps its data in a folder of its own disk.
"""

import logging
import threading
import time

from trove.common import exception
from trove.common import waiting
from trove.guestkit import disks
from trove.guestkit import errors
from trove.guestkit import files

LOG = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 60


class Volume:
    """The volume that the facts of ``journal`` name.

    ``engine`` is killed before a file system is given up.
    """

    def __init__(self, journal, engine, settings):
        self._journal = journal
        self._engine = engine
        self._settings = settings
        self._lock = threading.Lock()
        self._tried = False

    @property
    def mount_point(self):
        """Where the data lies, as a path of this machine."""
        return self._point({'mount_point': None,
                            **self._journal.progress.facts})

    def mount(self, facts):
        """Format if empty, mount; local storage is only a folder."""
        if not facts['volume_serial']:
            files.folder(self._point(facts))
            return {}
        with self._lock:
            try:
                return {'volume_uuid': self._mount(facts)}
            finally:
                self._tried = True

    def grow(self, size_gb):
        """Let the file system fill a volume that has now this size."""
        facts = self._journal.progress.facts
        if not facts['volume_serial']:
            raise exception.BadRequest('This server has no data volume.')
        disks.grow(self._point(facts), self._device(facts),
                   size_gb * 1024 ** 3,
                   self._settings.conf.guest_volume_wait)

    def check(self):
        """VolumeLost (or VolumeMissing) if what is to be mounted is gone.

        It may hang as long as the device does.
        """
        facts = self._journal.progress.facts
        if self._tried and facts['volume_serial']:
            point = self._point(facts)
            try:
                device = self._readable(facts)
            except exception.TroveError:
                self._abandon(point)
                raise
            disks.check_alive(point, device)

    def give_up(self):
        """Kill the engine and unmount, if the volume can be read again."""
        facts = self._journal.progress.facts
        LOG.warning('the volume %s is back; the engine is started anew',
                    self._readable(facts))
        self._release(self._point(facts))

    def _abandon(self, point):
        """Let nothing be written any more, nor anybody recover from caches.

        Writes fail meanwhile, and the kernel forgets them. Were the disk
        back before the engine is gone, later ones would follow: MariaDB's
        Aria noted as written what was lost, users and grants among it.
        """
        try:
            if disks.mounted_at(point) is not None:
                disks.shut_down(point)
        except OSError as error:
            LOG.warning('%s could not be shut down: %s', point, error)
        try:
            self._engine.abort()
        except exception.TroveError as error:
            LOG.warning('the engine lives on without its disk: %s', error)

    def _mount(self, facts):
        point, device = self._point(facts), self._device(facts)
        known = facts.get('volume_uuid')
        uuid = disks.ensure_file_system(
            device, is_new=known is None and not facts.get('has_data'))
        if known not in (None, uuid):
            raise errors.VolumeForeign(device=device,
                                       found='another file system')
        if self._is_stale(point, device, known):
            self._release(point)
        disks.mount(device, uuid, point, self._settings.path('/etc/fstab'))
        # The kernel gives a file system that shut down back as it is while
        # another mount namespace still holds it.
        disks.check_alive(point, device)
        return uuid

    @staticmethod
    def _is_stale(point, device, known):
        """Whether what is mounted there cannot be used any more.

        A volume that went and came back is another device: what is mounted
        is then its former life.
        """
        source = disks.mounted_at(point)
        if source is None:
            return False
        return disks.is_shut_down(point) or (
            known is not None and source != disks.device_number(device))

    def _release(self, point):
        self._engine.abort()
        disks.unmount(point)

    def _point(self, facts):
        return self._settings.path(facts['mount_point']
                                   or self._engine.mount_point)

    @staticmethod
    def _find(facts):
        return disks.find(facts['volume_serial'], facts['device_path'],
                          uuid=facts.get('volume_uuid'))

    def _readable(self, facts):
        device = self._find(facts)
        disks.check_readable(device)
        return device

    def _device(self, facts):
        found = []

        def look():
            try:
                found.append(self._find(facts))
            except errors.VolumeMissing as error:
                LOG.debug('%s', error)
            return found

        try:
            waiting.until(look, self._settings.conf.guest_volume_wait,
                          'the data volume', poll_s=0.05)
        except exception.WaitTimeout as error:
            raise errors.VolumeMissing(
                searched='serial %s' % facts['volume_serial']) from error
        return found[0]


class Watch:
    """Looks at the volume in a thread of its own, which may hang with it.

    ``check`` raises what is wrong, ``revive`` makes a volume that is back
    useful again, ``changed`` is called on news. After a silence nothing is
    revived: whoever waited for the disk goes on.
    """

    def __init__(self, conf, check, revive, changed):
        self._conf = conf
        self._check = check
        self._revive = revive
        self._changed = changed
        self._over = threading.Event()
        self._trouble = None
        self._since = None      # the look that has not ended yet
        self._thread = threading.Thread(target=self._run, name='volume',
                                        daemon=True)

    def start(self):
        """Begin to look."""
        self._thread.start()

    def stop(self):
        """Look no more; a look that hangs is not waited for."""
        self._over.set()

    def trouble(self):
        """What is wrong with the volume, in a sentence; None: nothing."""
        since, limit_s = self._since, self._conf.report_interval
        if since is not None and time.monotonic() - since > limit_s:
            return str(errors.VolumeLost(
                reason='it has not answered for %d s.' % limit_s))
        return self._trouble

    def _run(self):
        pause_s = self._pause_s()
        while not self._over.wait(pause_s):
            self._look()
            pause_s = (min(2 * pause_s, _LONGEST_PAUSE_S)
                       if self._trouble else self._pause_s())

    def _pause_s(self):
        # Told within two reports of the fact, also where the look hangs.
        return self._conf.report_interval / 2

    def _look(self):
        before = self._trouble
        try:
            self._timed()
            if before is not None:
                LOG.info('the volume is well again')
            self._trouble = None
        except Exception as error:  # the edge of a periodic loop
            self._trouble = str(error)
            LOG.error('%s', error, exc_info=not isinstance(
                error, (exception.TroveError, OSError)))
        if self._trouble != before:
            self._changed()

    def _timed(self):
        if self._trouble is not None:
            self._revive()
        self._since = time.monotonic()
        try:
            self._check()
        finally:
            self._since = None
