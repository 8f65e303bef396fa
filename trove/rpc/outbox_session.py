# SPDX-License-Identifier: Apache-2.0
"""What is read of outboxes over one connection.

The broker hands out only a few messages of a queue ahead of their
acknowledgement, so a guest that floods puts at most those before the messages
of another; it fills its own queue, whose oldest messages the broker drops. A
guest that has used up its allowance is not read at all until it has some
again.
"""

import logging
import selectors
import time

import amqp

from trove.rpc import broker_names

LOG = logging.getLogger(__name__)

#: Messages of one guest on their way to us at a time.
AHEAD = 10

#: Queues set up between two waits for the broker.
_AT_ONCE = 200

#: Messages, and seconds, after which those that were read are acknowledged.
_ACK_AFTER = 50
_ACK_S = 0.01

#: Seconds between two looks whether a heartbeat is due.
_LOOK_S = 1.0

#: AMQP's number for a frame of this kind.
_HEARTBEAT = 8


class Session:
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
            heard = listen([sock, ear],
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


def listen(sockets, timeout_s):
    """Those of the sockets that have something, after this long at most.

    select() takes no number above 1023, which a process with many
    connections reaches.
    """
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(timeout_s)]
