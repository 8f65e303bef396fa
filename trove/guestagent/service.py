# SPDX-License-Identifier: Apache-2.0
"""The agent put together: link, heartbeat, jobs, driver."""

import json
import logging
import os
import signal
import threading

from trove.common import ending
from trove.common import exception
from trove.guestagent import credentials
from trove.guestagent import endpoint
from trove.guestagent import heartbeat
from trove.guestagent import jobs
from trove.guestagent import journal as journals
from trove.guestagent import logs as guest_logs
from trove.guestagent import modules
from trove.guestagent import prepare
from trove.guestagent import volume
from trove.guestkit import files

LOG = logging.getLogger(__name__)

LINK_STATE = 'link.json'


class Agent:
    """Serves one server until it is stopped.

    ``connect(state_path)`` gives the link to the control plane, whose
    secrets are in ``secrets_folder``.
    """

    def __init__(self, conf, driver, settings, connect, version,
                 reached=lambda point: None, secrets_folder=None):
        self._ending = ending.Ending()
        folder = settings.path(conf.guest_state_path)
        self._journal = journals.Journal(folder)
        self._jobs = jobs.Jobs()
        self._preparer = prepare.Preparer(
            self._journal, driver, settings, self._changed, reached)
        self._link = connect(os.path.join(folder, LINK_STATE))
        self._volume = volume.Watch(conf, self._preparer.check_volume,
                                    self._preparer.revive, self._changed)
        self._heartbeat = heartbeat.Heartbeat(
            conf, self._journal, driver, self._preparer.mount_point,
            self._link, version, self._volume.trouble)
        self._endpoint = endpoint.Endpoint(
            driver, self._preparer, self._journal, self._jobs,
            self._changed, conf.datastore_manager,
            secrets_folder and credentials.Credentials(
                secrets_folder, self._ending.tell), version,
            modules.Modules(folder), guest_logs.GuestLogs(
                driver, conf.datastore_manager, conf.guest_id, folder,
                settings.path(conf.guest_log_file),
                self._preparer.mount_point, conf.object_store_ca_file))

    def _changed(self):
        self._heartbeat.changed()

    def start(self):
        """Say hello, go on with what was begun, listen."""
        self._jobs.start()
        self._jobs.submit('carry on', self._preparer.carry_on)
        self._link.serve(self._endpoint)
        threading.Thread(target=self._tell_left, daemon=True).start()
        self._heartbeat.start()
        self._volume.start()

    def _tell_left(self):
        """Who waits for an agent that ended is told how things are now."""
        self._preparer.tried.wait()
        self._link.tell_left(self._journal.progress.error)

    def run(self):
        """`start`, and return after SIGTERM or SIGINT, or when the agent
        is to be started again with new secrets."""
        self._ending.listen(signal.SIGTERM, signal.SIGINT)
        self.start()
        self._ending.wait()
        LOG.info('stopping; the engine runs on')
        self.stop()

    def stop(self):
        """Stop serving; the engine runs on."""
        self._volume.stop()
        self._preparer.stop()
        self._jobs.stop()
        self._heartbeat.stop()
        self._link.stop()
        self._ending.close()


def read_key(path):
    """(key id, key in base64) of the link."""
    text = files.read(path)
    if text is None:
        raise exception.ConfigError('There is no key of the guest link: %s '
                                    'is missing.' % path)
    try:
        document = json.loads(text)
        return document['key_id'], document['key']
    except (ValueError, KeyError, TypeError) as error:
        raise exception.ConfigError('%s holds no key.' % path) from error
