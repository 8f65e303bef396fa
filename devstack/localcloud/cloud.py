# SPDX-License-Identifier: Apache-2.0
"""One cloud: its memory, its host, its workers, its servers."""
import concurrent.futures
import logging
import shutil
import threading

from localcloud import app
from localcloud import faults
from localcloud import jobs
from localcloud import metadata
from localcloud import seed
from localcloud import server
from localcloud import store
from localcloud.compute import reconcile
from localcloud.identity import tokens
from localcloud.network import subnets
from localcloud.objectstore import shelf

LOG = logging.getLogger(__name__)
SWEEP_S = 30.0
STOP_S = 20.0


def forget(settings):
    """Remove what a cloud that does not run remembers; says what."""
    wanted = ('cloud.sqlite', 'cloud.sqlite-wal', 'cloud.sqlite-shm',
              'objects', 'images', '*.password')
    gone = [path for pattern in wanted
            for path in settings.state.glob(pattern)]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return [f'{"folder" if path.suffix == "" else "file"} {path}'
            for path in gone]


class Cloud:
    """Everything of one cloud; start() serves until stop()."""

    def __init__(self, settings, host):
        self.settings = settings
        self.host = host
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store = store.Store(settings.state / 'cloud.sqlite')
        self.faults = faults.Faults()
        self.jobs = jobs.Jobs(self, settings.workers)
        self.shelf = shelf.Shelf(self.store, settings.state / 'objects')
        self._reconciler = reconcile.Reconciler(self)
        self._servers = []
        self._stop = threading.Event()
        self._sweeper = threading.Thread(
            target=self._sweep, name='sweeper', daemon=True)

    @property
    def port(self):
        """The port that is listened on."""
        return self._servers[0].bind_addr[1]

    def start(self):
        """Bring the host in line, take up old promises, serve."""
        seed.sow(self)
        self._restore_networks()
        self.jobs.resume()
        self._note_lost()
        self._reconciler.look()
        self._resume_machines()
        self._restore_rules()
        self._reconciler.start()
        self._sweeper.start()
        self._listen()

    def stop(self):
        """Serve no more; machines keep running."""
        self.faults.clear()     # nobody hangs on purpose any more
        for one in self._servers:
            one.stop()
        for one in self._servers:
            one.join(10)
        self._stop.set()
        self._reconciler.stop()
        self.jobs.stop()

    def stop_machines(self):
        """Shut every machine down; the next start() runs them again."""
        running = [doc for doc in self.store.find('server')
                   if self.host.machine_state(doc['id']) == 'running']
        for doc in running:
            self.store.update('server', doc['id'], resume=True)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda doc: self.host.stop_machine(
                doc['id'], False, STOP_S), running))
        return [doc['name'] for doc in running]

    def _note_lost(self):
        """Machines that ended with the host, or were killed while nobody
        looked, run again; those that shut themselves down stay so."""
        for doc in self.store.find('server', task_state=None):
            if doc['vm_state'] == 'active' and self.host.machine_state(
                    doc['id']) in ('crashed', 'absent'):
                self.store.update('server', doc['id'], resume=True)

    def _resume_machines(self):
        """Run what stop_machines() has shut down and what was lost."""
        for doc in self.store.find('server', resume=True):
            with self.store.transaction():
                self.store.update('server', doc['id'], resume=False)
                if doc['vm_state'] == 'stopped' and not doc['task_state']:
                    self.store.update('server', doc['id'],
                                      task_state='powering-on')
                    self.jobs.add('server.start', doc['id'])

    def _listen(self):
        application = app.Application(self)
        self._serve(self.settings.listen, self.settings.port, application)
        for address in self.settings.also_listen:
            self._serve(address, self.port, application)
        if self.settings.metadata:
            try:
                self._serve(metadata.ADDRESS, 80, metadata.Application(self))
            except OSError as error:
                # another cloud of this host has it; config drives remain
                LOG.warning('no metadata service at %s: %s',
                            metadata.ADDRESS, error)

    def _serve(self, address, port, application):
        one = server.Server((address, port), application,
                            self.settings.threads, 'localcloud')
        one.start_thread()
        self._servers.append(one)
        LOG.info('listening on %s:%s', *one.bind_addr)

    def _restore_networks(self):
        """Bridges may be gone after a restart of the machine."""
        for subnet in self.store.find('subnet'):
            subnets.realise(self, subnet)

    def _restore_rules(self):
        """What the host enforces follows the documents again."""
        for port in self.store.find('port', status='ACTIVE'):
            if port['device_id']:
                self.jobs.add('port.rules', port['id'])
        for floating in self.store.find('floatingip'):
            if floating['port_id']:
                self.jobs.add('floatingip.sync', floating['id'])

    def _sweep(self):
        """Forget expired tokens and objects, now and then."""
        while not self._stop.wait(SWEEP_S):
            try:
                tokens.purge(self)
                self.shelf.expire()
            except Exception:  # the edge of a periodic loop
                LOG.exception('sweeping failed')
