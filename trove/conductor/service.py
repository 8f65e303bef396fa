# SPDX-License-Identifier: Apache-2.0
"""The conductor: a reader of outboxes, a writer, and a line of counters."""

import threading

from oslo_log import log

from trove.conductor import endpoint
from trove.conductor import limits
from trove.conductor import reports
from trove.conductor import roll
from trove.conductor import turns
from trove.operations import guest_links
from trove.rpc import conductor
from trove.rpc import outboxes

LOG = log.getLogger(__name__)

#: Messages that may wait for database or broker; others are dropped then.
_WAITING = 2000


class Conductor:
    """Takes what guests report and writes it down.

    ``connect`` gives the connection over which outboxes are read (an
    `amqp.Connection`); that of the transport URL if unset.
    """

    def __init__(self, conf, db, keyring, connection, name, connect=None):
        self._conf = conf
        self._ended = threading.Event()
        self.writer = reports.Writer(db, conf.conductor.batch,
                                     conf.conductor.queue)
        links = guest_links.GuestLinks(db, keyring)
        self._turns = turns.Turns(conf.conductor.workers, _WAITING)
        self.endpoint = endpoint.Endpoint(
            conf, links, self.writer, conductor.Relay(conf, connection),
            limits.Buckets(conf.guest_link.messages_per_second), self._turns)
        self._roll = roll.Roll(conf, links)
        self.outboxes = outboxes.Outboxes(
            conf, self.endpoint.deliver, self._roll.lost, connect)
        self._roll.outboxes = self.outboxes
        self._server = conductor.serve(conf, connection, name, self._roll)
        self._counting = threading.Thread(target=self._count, daemon=True,
                                          name='counters')

    def start(self):
        """Begin to take messages."""
        self.writer.start()
        self._turns.start()
        self.outboxes.start()
        # Announcements first: what is made after the first sweep's look is
        # told, and what was made before is seen.
        self._server.start()
        self._roll.start()
        self._counting.start()

    def stop(self):
        """Take nothing more, write what was taken, end."""
        self._ended.set()
        self._server.stop()
        self._server.wait()
        self._roll.stop()
        self.outboxes.stop()
        self._turns.stop()
        self.writer.stop()

    def _count(self):
        while not self._ended.wait(self._conf.conductor.counters_interval):
            LOG.info('messages of %d guests: %s; reports written %d, late '
                     '%d, poison %d', len(self.outboxes.reading()),
                     dict(self.endpoint.counters), self.writer.written,
                     self.writer.late, self.writer.poison)
