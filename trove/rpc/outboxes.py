# SPDX-License-Identifier: Apache-2.0
"""Reading what guests say: one queue each, and a fair share from each.

Every guest has a queue of its own, its outbox, into which it and nobody else
may publish. One thread reads all of them over one connection. The broker
hands out only a few messages of a queue ahead of their acknowledgement, so a
guest that floods puts at most those before the messages of another; it fills
its own queue, whose oldest messages the broker drops. A guest that has used
up its allowance is not read at all until it has some again.

Several processes may read the same outboxes: the broker deals the messages
out between them, and gives those of a reader that died to the others.
"""

import collections
import logging
import selectors
import socket
import threading
import time

import amqp

from trove.rpc import amqp_connection
from trove.rpc import broker_names
from trove.rpc import transport

LOG = logging.getLogger(__name__)

#: Messages of one guest on their way to us at a time.
AHEAD = 10

#: Queues set up between two waits for the broker.
_AT_ONCE = 200

#: Messages, and seconds, after which those that were read are acknowledged.
_ACK_AFTER = 50
_ACK_S = 0.01

_LOOK_S = 1.0

#: AMQP's number for a frame of this kind.
_HEARTBEAT = 8
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
            _heard([self._ear], max(0, deadline - time.monotonic()))
            self._hear()

    def _read_on(self, connection):
        self._commands.clear()      # all that is wanted is read anew
        session = _Session(self._conf, connection, self._take, self._lost)
        self._session = session
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


class _Session:
    """What is read over one connection, for as long as it lasts."""

    def __init__(self, conf, connection, take, lost):
        self._exchange = conf.guest_link.exchange
        self._durable = conf.oslo_messaging_rabbit.amqp_durable_queues
        self._connection = connection
        self._take = take
        self._lost = lost
        self._setup = connection.channel()
        self._channel = connection.channel()
        self._channel.basic_qos(0, AHEAD, False)
        self._unread = 0
        self._last_tag = None
        self._since = 0
        self._paused = {}
        self._looked = 0
        self.reading = {}

    # --- what is read

    def read(self, instance_ids):
        """Make the outboxes that are missing, and read them."""
        fresh = [one for one in instance_ids if one not in self.reading]
        for start in range(0, len(fresh), _AT_ONCE):
            some = fresh[start:start + _AT_ONCE]
            try:
                for instance_id in some:
                    self._declare(instance_id)
                self._sync()
            except amqp.ChannelError:
                some = self._one_by_one(some)
            for instance_id in some:
                self.reading[instance_id] = True
                self._consume(instance_id)
            self.acknowledge()

    def remove(self, instance_ids):
        """Read these no more, and delete the queues."""
        for instance_id in instance_ids:
            self._paused.pop(instance_id, None)
            if self.reading.pop(instance_id, None):
                self._channel.basic_cancel(instance_id, nowait=True)
            self._setup.queue_delete(broker_names.outbox(instance_id))
            self._setup.exchange_delete(broker_names.exchange(instance_id))

    def _declare(self, instance_id):
        name = broker_names.outbox(instance_id)
        topic = broker_names.topic(instance_id)
        own = broker_names.exchange(instance_id)
        self._setup.queue_declare(name, durable=self._durable,
                                  auto_delete=False, nowait=True)
        # As the guest's library declares it, who may come first.
        self._setup.exchange_declare(own, 'topic', durable=False,
                                     auto_delete=False, nowait=True)
        self._setup.exchange_bind(own, self._exchange, topic, nowait=True)
        self._setup.queue_bind(name, own, name, nowait=True)
        # For guests from before there were exchanges of their own.
        self._setup.queue_bind(name, self._exchange, name, nowait=True)

    def _sync(self):
        """Wait until the broker has done, or refused, what it was told."""
        self._setup.basic_qos(0, 0, False)

    def _one_by_one(self, instance_ids):
        """Find the one that the broker refuses; gives the others.

        A queue may have been made by hand, or live on a node that is down.
        It may not keep all the others from being read.
        """
        good = []
        for instance_id in instance_ids:
            try:
                if not self._setup.is_open:
                    self._setup = self._connection.channel()
                self._declare(instance_id)
                self._sync()
            except amqp.ChannelError as error:
                LOG.error('the outbox of instance %s cannot be read: %s',
                          instance_id, error)
            else:
                good.append(instance_id)
        return good

    def _consume(self, instance_id):
        self._channel.basic_consume(
            broker_names.outbox(instance_id), instance_id, nowait=True,
            callback=self._deliver, on_cancel=self._cancelled)

    def _cancelled(self, instance_id):
        self.reading.pop(instance_id, None)
        self._paused.pop(instance_id, None)
        self._lost()

    # --- messages

    def ready(self, ear, timeout_s):
        """Take what has come, or wait a while; whether the ear heard."""
        sock = self._connection.sock
        if self._paused:
            self._resume()
        # Bytes that TLS has decrypted already are nothing to wait for.
        if not getattr(sock, 'pending', int)():
            heard = _heard([sock, ear],
                           _ACK_S if self._unread else timeout_s)
            self._beat()
            if sock not in heard:
                self.acknowledge()
                return bool(heard)
        self._one()
        return False

    def _one(self):
        """Take one message, or a heartbeat of the broker.

        amqp's own `drain_events` takes no heartbeat for an event: after one
        it would wait for something real, deaf to everything else.
        """
        done = False
        while not done:
            frame = self._connection.transport.read_frame()
            done = (self._connection.on_inbound_frame(frame)
                    or frame[0] == _HEARTBEAT)

    def _beat(self):
        if time.monotonic() - self._looked >= _LOOK_S:
            self._looked = time.monotonic()
            self._connection.heartbeat_tick()

    def _deliver(self, message):
        info = message.delivery_info
        instance_id = info['consumer_tag']
        body = message.body
        pause_s = self._take(
            instance_id, body.encode() if isinstance(body, str) else body)
        if pause_s and instance_id not in self._paused:
            self._paused[instance_id] = time.monotonic() + pause_s
            self._channel.basic_cancel(instance_id, nowait=True)
        if not self._unread:
            self._since = time.monotonic()
        self._unread += 1
        self._last_tag = info['delivery_tag']
        if (self._unread >= _ACK_AFTER
                or time.monotonic() - self._since >= _ACK_S):
            self.acknowledge()

    def acknowledge(self):
        """Let the broker forget what was taken, and hand out more."""
        if self._unread:
            self._channel.basic_ack(self._last_tag, multiple=True)
            self._unread = 0

    def _resume(self):
        now = time.monotonic()
        for instance_id in [one for one, until in self._paused.items()
                            if until <= now]:
            del self._paused[instance_id]
            self._consume(instance_id)


def _close(connection):
    try:
        connection.close()
    except transport.MessagingError as error:
        LOG.debug('closing: %s', error)
        connection.collect()


def _heard(sockets, timeout_s):
    """Those of the sockets that have something, after this long at most.

    select() takes no number above 1023, which a process with many
    connections reaches.
    """
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(timeout_s)]
