# SPDX-License-Identifier: Apache-2.0
"""The conductor: an RPC server, a writer, and a line of counters."""

import threading

from oslo_log import log

from trove.conductor import endpoint
from trove.conductor import limits
from trove.conductor import reports
from trove.operations import guest_links
from trove.rpc import conductor

LOG = log.getLogger(__name__)


class Conductor:
    """Takes what guests report and writes it down."""

    def __init__(self, conf, db, keyring, connection, name):
        self._conf = conf
        self._ended = threading.Event()
        self.writer = reports.Writer(db, conf.conductor.batch,
                                     conf.conductor.queue)
        self.endpoint = endpoint.Endpoint(
            conf, guest_links.GuestLinks(db, keyring), self.writer,
            conductor.Relay(conf, connection),
            limits.Buckets(conf.guest_link.messages_per_second))
        self._server = conductor.serve(conf, connection, name, self.endpoint)
        self._counting = threading.Thread(target=self._count, daemon=True,
                                          name='counters')

    def start(self):
        """Begin to take messages."""
        self.writer.start()
        self._server.start(self._conf.conductor.workers)
        self._counting.start()

    def stop(self):
        """Take nothing more, write what was taken, end."""
        self._ended.set()
        self._server.stop()
        self._server.wait()
        self.writer.stop()

    def _count(self):
        while not self._ended.wait(self._conf.conductor.counters_interval):
            LOG.info('messages of guests: %s; reports written %d, late %d',
                     dict(self.endpoint.counters), self.writer.written,
                     self.writer.late)
