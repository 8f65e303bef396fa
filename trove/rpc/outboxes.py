# SPDX-License-Identifier: Apache-2.0
"""Reading what guests say: one queue each, and a fair share from each.

Every guest has a queue of its own, its outbox, into which it and nobody else
may publish. One thread reads all of them over one connection
(`outbox_session`), and over another when that one is lost.

Several processes may read the same outboxes: the broker deals the messages
out between them, and gives those of a reader that died to the others.
"""

import collections
import logging
import socket
import threading
import time

from trove.rpc import amqp_connection
from trove.rpc import outbox_session
from trove.rpc import transport

LOG = logging.getLogger(__name__)

_LOOK_S = 1.0
_RETRY_S = (0.1, 2.0)


class Outboxes:
    """One thread that reads the outboxes of the instances in `wanted`.

    ``take(instance_id, body)`` is called in that thread and never raises;
    it gives the seconds for which this guest is not to be read, usually 0.
    ``lost()`` tells that outboxes have gone, by whatever hand.
    ``connect()`` gives an `amqp.Connection`.
    """

    def __init__(self, conf, take, lost, connect=None):
        self._conf = conf
        self._take = take
        self._lost = lost
        self._connect = connect or (lambda: amqp_connection.connect(conf))
        self._lock = threading.Lock()
        self._wanted = set()
        self._commands = collections.deque()
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._stopping = False
        self._session = None
        self._thread = threading.Thread(target=self._run, name='outboxes',
                                        daemon=True)

    def start(self):
        """Begin to read."""
        transport.register(self._conf)
        self._thread.start()

    def stop(self):
        """Read no more; what was not taken is left to other readers."""
        self._stopping = True
        self._ring()
        self._thread.join()
        self._bell.close()
        self._ear.close()

    def wanted(self):
        """Ids of the instances whose outboxes are to be read."""
        with self._lock:
            return set(self._wanted)

    def reading(self):
        """Ids of the instances whose outboxes are being read."""
        session = self._session
        return set(session.reading) if session else set()

    def read(self, instance_ids):
        """Read the outboxes of these too; make those that are missing."""
        with self._lock:
            self._wanted.update(instance_ids)
        self._tell('read', instance_ids)

    def remove(self, instance_ids):
        """Read these no more, and remove what is left of them."""
        with self._lock:
            self._wanted.difference_update(instance_ids)
        self._tell('remove', instance_ids)

    def _tell(self, what, instance_ids):
        if instance_ids:
            self._commands.append((what, tuple(instance_ids)))
            self._ring()

    def _ring(self):
        try:
            self._bell.send(b'.')
        except BlockingIOError:
            pass        # it has not been heard yet, so it will be

    def _run(self):
        pause_s = _RETRY_S[0]
        while not self._stopping:
            connection = None
            try:
                connection = self._connect()
                LOG.info('reading outboxes at %s', connection.host)
                pause_s = _RETRY_S[0]
                self._read_on(connection)
            except transport.MessagingError as error:
                LOG.warning('outboxes are not read for a moment: %s',
                            error or type(error).__name__)
            except Exception:  # the edge of a periodic loop
                LOG.exception('outboxes are not read for a moment')
            finally:
                self._session = None
                if connection is not None:
                    _close(connection)
            self._wait(pause_s)
            pause_s = min(2 * pause_s, _RETRY_S[1])

    def _wait(self, seconds):
        deadline = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < deadline:
            outbox_session.listen([self._ear],
                                  max(0, deadline - time.monotonic()))
            self._hear()

    def _read_on(self, connection):
        self._commands.clear()      # all that is wanted is read anew
        session = self._session = outbox_session.Session(
            self._conf, connection, self._take, self._lost)
        session.read(sorted(self.wanted()))
        while not self._stopping:
            if session.ready(self._ear, _LOOK_S):
                self._hear()
            while self._commands:
                what, instance_ids = self._commands.popleft()
                getattr(session, what)(instance_ids)
        session.acknowledge()

    def _hear(self):
        try:
            while self._ear.recv(4096):
                pass
        except BlockingIOError:
            pass


def _close(connection):
    try:
        connection.close()
    except transport.MessagingError as error:
        LOG.debug('closing: %s', error)
        connection.collect()
