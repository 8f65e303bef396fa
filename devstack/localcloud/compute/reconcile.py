# SPDX-License-Identifier: Apache-2.0
"""What machines do by themselves, brought into the documents."""
import logging
import threading

from localcloud import clock
from localcloud.compute import work
from localcloud.host import errors as host_errors

LOG = logging.getLogger(__name__)


class Reconciler:
    """Looks at the machines of idle servers, again and again."""

    def __init__(self, cloud):
        self._cloud = cloud
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._loop, name='reconciler', daemon=True)

    def start(self):
        """Begin to look."""
        self._thread.start()

    def stop(self):
        """Look no more."""
        self._stop.set()
        self._thread.join(10)

    def _loop(self):
        while not self._stop.wait(self._cloud.settings.reconcile_s):
            try:
                self.look()
            except Exception:  # the edge of a periodic loop
                LOG.exception('looking at the machines failed')

    def look(self):
        """One look at every server that should be running, or not."""
        for doc in self._cloud.store.find('server', task_state=None):
            if doc['vm_state'] not in ('active', 'resized', 'stopped'):
                continue
            try:
                state = self._cloud.host.machine_state(doc['id'])
            except host_errors.HostError as error:
                LOG.warning('server %s: %s', doc['id'], error)
                continue
            if state != 'running' and doc['vm_state'] != 'stopped':
                self._down(doc, state)
            elif state == 'running' and doc['vm_state'] == 'stopped':
                self._change(doc, vm_state='active')

    def _down(self, doc, state):
        changes = {'vm_state': 'stopped'}
        if state == 'crashed':
            changes['fault'] = work.fault('The machine ended by itself.')
        LOG.info('server %s is %s, not running', doc['id'], state)
        self._change(doc, **changes)

    def _change(self, seen, **changes):
        """Only if nothing has happened to the server since the look."""
        store = self._cloud.store
        with store.transaction():
            doc = store.get('server', seen['id'])
            if doc and doc['updated_at'] == seen['updated_at'] and (
                    doc['task_state'] is None):
                store.update('server', doc['id'], updated_at=clock.now(),
                             **changes)
