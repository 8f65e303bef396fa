# SPDX-License-Identifier: Apache-2.0
"""First boot: disk, configuration, engine, databases, users, ready.

A preparation is a list of steps, each of which may be run twice. What is done
is journaled on the root disk, so that an agent killed at any point goes on
by itself when it is started again.
"""

import logging
import threading

from trove.common import exception
from trove.guestagent import encryption
from trove.guestagent import journal as journals
from trove.guestagent import logs as guest_logs
from trove.guestagent import starting
from trove.guestagent import volume as volumes
from trove.guestkit import masking

LOG = logging.getLogger(__name__)

_PAUSE_S = 2
_LONGEST_PAUSE_S = 60


class OtherOrder(exception.Conflict):
    """Another order was carried out, or is."""

    template = ('This server is %(phase)s for operation %(operation_id)s; it '
                'takes no other order.')


class NotReady(exception.Unprocessable):
    """There is nothing yet that could be changed."""

    template = 'This server is not prepared: it is %(phase)s.'


class Preparer:
    """Carries out the one order of this server.

    ``changed`` is called whenever there is something new to report.
    ``reached``, given the name of a step, is called around each: tests end
    the process there.
    """

    def __init__(self, journal, driver, settings, changed,
                 reached=lambda point: None):
        self._journal = journal
        self._driver = driver
        self._changed = changed
        self._reached = reached
        self._lock = threading.Lock()
        self._volume = volumes.Volume(journal, driver.engine, settings)
        #: Held by whoever starts the engine: a server that comes back may
        #: be given an order to restart it meanwhile.
        self.starting = threading.RLock()
        #: Set when what was begun before has been tried once.
        self.tried = threading.Event()
        self._over = threading.Event()
        self._steps = (
            ('volume', self._find_volume), ('configure', self._configure),
            ('initialise', self._initialise), ('start', self._start),
            ('secure', self._secure), ('databases', self._databases),
            ('users', self._users), ('root', self._root))
        self._adopting = (
            ('volume', self._find_volume), ('configure', self._configure),
            ('adopt', self._adopt), ('start', self._start),
            ('logs', self._logs))

    def accept(self, wanted):
        """Take an order; True if there is work to do for it.

        The same order again is no new work. A failed one may be followed by
        another; anything else may not.
        """
        with self._lock:
            now = self._journal.progress
            if now.operation_id == wanted.operation_id:
                self._changed()
                return False
            if now.phase in (journals.PREPARING, journals.READY):
                raise OtherOrder(phase=now.phase,
                                 operation_id=now.operation_id)
            self._journal.accept(wanted)
        LOG.info('preparing %s %s for operation %s', wanted.manager,
                 wanted.version, wanted.operation_id)
        self._reached('accepted')
        self._changed()
        return True

    def carry_on(self):
        """Do what is left: after an order, and after every start.

        A failure is journaled and reported; nothing is raised for it.
        """
        try:
            self._carry_on()
        finally:
            self.tried.set()

    def _carry_on(self):
        wanted = self._journal.order()
        phase = self._journal.progress.phase
        if phase == journals.PREPARING and wanted is None:
            self._fail(exception.InternalError(
                'The order was lost with the root disk.'), None)
        elif phase == journals.PREPARING:
            self._prepare(wanted)
        elif phase == journals.READY:
            self._come_back()

    def _come_back(self):
        """Mount and start what a ready server has, as often as it takes."""
        pause_s = _PAUSE_S
        while not self._bring_up() and not self._over.wait(pause_s):
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _bring_up(self):
        try:
            return self._brought_up()
        finally:
            self.tried.set()
            self._changed()

    def _brought_up(self):
        try:
            self.mount()
            with self.starting:
                if not self._journal.progress.stopped:
                    starting.start(self._driver)
        except starting.ValuesStopEngine as error:
            LOG.warning('%s', error)
            self._journal.trouble(str(error))
            return True
        except (exception.TroveError, OSError) as error:
            LOG.error('the server does not come up: %s', error)
            self._journal.trouble(str(error))
            return False
        else:
            self._journal.trouble(None)
            return True

    def mount(self):
        """Mount what a ready server has, if it is not mounted yet.

        Whoever needs the data may ask: after a boot, an order to start the
        engine may be there before the agent has come to the mounting.
        """
        if self._journal.progress.phase != journals.READY:
            raise NotReady(phase=self._journal.progress.phase)
        self._volume.mount(self._journal.progress.facts)

    def grow(self, size_gb):
        """Let the file system fill a volume that has now this size."""
        self.mount()
        self._volume.grow(size_gb)
        self._changed()

    def check_volume(self):
        """VolumeLost if the volume of a ready server is gone."""
        if self._journal.progress.phase == journals.READY:
            self._volume.check()

    def revive(self):
        """Use a volume that was lost and can be read again.

        What an engine and a file system remember of a disk that failed them
        is worth nothing: both begin anew from what is on it.
        """
        with self.starting:
            self._volume.give_up()
            if not self._bring_up():
                raise exception.GuestFailed(self._journal.progress.error)

    def stop(self):
        """Try nothing again; what is being done is not waited for."""
        self._over.set()

    def _prepare(self, wanted):
        done = self._journal.progress.done
        try:
            if 'volume' in done:
                self._volume.mount(self._journal.progress.facts)
            if 'start' in done:
                self._driver.engine.start()
            for name, step in self._plan(wanted):
                if name not in done:
                    self._run(name, step, wanted)
        except (exception.TroveError, OSError, ValueError) as error:
            if self._is_back(wanted):
                self._back_in_trouble(error, wanted)
            else:
                self._fail(error, wanted)
            return
        self._journal.ready()
        LOG.info('operation %s is done: the server is ready',
                 wanted.operation_id)
        self._changed()

    def _is_back(self, wanted):
        """Whether a server that went back has the data that it had."""
        return bool(wanted.adopt and wanted.adopt['undo']
                    and 'adopt' in self._journal.progress.done)

    def _back_in_trouble(self, error, wanted):
        """What there was before is here again; the engine does not run.

        Whatever keeps it from that, such as a full volume, may pass or be
        mended, as on any other server that is ready; one whose preparation
        has failed could only be deleted, with its data.
        """
        LOG.error('operation %s has ended: the server is ready, and does not '
                  'come up: %s', wanted.operation_id, error)
        self._journal.ready()
        self._journal.trouble(masking.mask(str(error),
                                           journals.secrets(wanted)))
        try:
            self._logs(wanted)
        except (exception.TroveError, OSError) as trouble:
            LOG.warning('the logs stay off: %s', trouble)
        self._changed()
        self._come_back()

    def _run(self, name, step, wanted):
        self._reached('before-' + name)
        found = step(wanted) or {}
        self._reached('during-' + name)
        self._journal.step_done(name, **found)
        LOG.info('operation %s: %s done', wanted.operation_id, name)
        self._reached('after-' + name)

    def _plan(self, wanted):
        """The steps of an order, in their order."""
        return self._adopting if wanted and wanted.adopt else self._steps

    def _fail(self, error, wanted):
        steps = self._plan(wanted)
        step = len(self._journal.progress.done)
        name = steps[min(step, len(steps) - 1)][0]
        reason = masking.mask('%s: %s' % (name, error),
                              journals.secrets(wanted) if wanted else ())
        LOG.error('operation %s failed at %s',
                  self._journal.progress.operation_id, reason)
        self._journal.failed(reason)
        self._changed()

    # --- steps; what one returns is kept as facts

    def _find_volume(self, wanted):
        return self._volume.mount({
            'volume_serial': wanted.volume_serial,
            'device_path': wanted.device_path,
            'mount_point': wanted.mount_point,
            'has_data': bool(wanted.adopt)})

    def _configure(self, wanted):
        self._driver.tuning.write_base(wanted.config)
        self._driver.tuning.write_overrides(wanted.overrides)
        if wanted.tls:
            # Before the first start: never without what was asked for.
            _need(self._driver.tls, 'TLS').configure(
                wanted.tls['mode'],
                encryption.certificate(wanted.tls['bundle']))

    def _initialise(self, wanted):
        self._driver.engine.initialise()

    def _adopt(self, wanted):
        """Nothing is initialised: what is there counts."""
        if wanted.adopt['undo'] and self._driver.upgrades:
            self._driver.upgrades.undo()
        if wanted.adopt['from']:
            _need(self._driver.upgrades, 'upgrades').arrive(
                wanted.adopt['from'])

    def _start(self, wanted):
        self._driver.engine.start()
        self._driver.tuning.keep()

    def _logs(self, wanted):
        """What was switched on stays so, on whatever server."""
        logs = self._driver.logs
        names = {log.name for log in logs.files() if log.switchable
                 } if logs else set()
        for name in guest_logs.switched_on(self.mount_point()):
            if name in names:
                logs.switch(name, True)

    def _secure(self, wanted):
        self._driver.engine.secure()

    def _databases(self, wanted):
        for spec in wanted.databases:
            _need(self._driver.databases, 'databases').create(spec)

    def _users(self, wanted):
        for spec in wanted.users:
            _need(self._driver.users, 'users').create(spec)

    def _root(self, wanted):
        if wanted.root_password:
            _need(self._driver.root, 'root').enable(wanted.root_password)

    def mount_point(self):
        """Where the data of this server lies, as a path of this machine."""
        return self._volume.mount_point


def _need(interface, name):
    if interface is None:
        raise exception.NotSupported(feature=name, subject='this datastore')
    return interface
