# SPDX-License-Identifier: Apache-2.0
"""The taskmanager's topic: wake-ups, nothing precious.

1.0  wake(operation_id): an operation may have become ready; look at the row
"""

import logging
import queue
import threading

from trove.rpc import transport

LOG = logging.getLogger(__name__)

_WAITING = 1000


class Client:
    """Wakes a taskmanager for an operation that was just committed.

    `wake` never blocks and never fails: a thread of its own casts, and what
    cannot be cast is left to the taskmanager's sweep, which finds the row.
    """

    def __init__(self, conf, connection):
        self._client = transport.client(connection, conf.taskmanager_queue)
        self._waiting = queue.Queue(maxsize=_WAITING)
        self._lock = threading.Lock()
        self._thread = None

    def wake(self, operation_id):
        """Tell some taskmanager to look at the operation."""
        self._ensure_thread()
        try:
            self._waiting.put_nowait(operation_id)
        except queue.Full:
            LOG.warning('the broker is away: operation %s waits for the '
                        'sweep', operation_id)

    def _ensure_thread(self):
        # Made at the first wake, since a WSGI server may fork after import.
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name='wake-ups', daemon=True)
                self._thread.start()

    def _run(self):
        while True:
            operation_id = self._waiting.get()
            try:
                self._client.cast({}, 'wake', operation_id=operation_id)
            except transport.MessagingError as error:
                LOG.warning('operation %s was not announced (%s); the sweep '
                            'will find it', operation_id, error)


def serve(conf, connection, name, endpoint):
    """A server that hands ``wake`` to ``endpoint``; start and stop it."""
    return transport.server(connection, conf.taskmanager_queue, name,
                            [endpoint])
