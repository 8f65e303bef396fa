# SPDX-License-Identifier: Apache-2.0
"""Which guests there are to be listened to, and whether all of them are."""

import logging
import threading

from trove.common import exception

LOG = logging.getLogger(__name__)

#: Outboxes that go in one moment are looked into together.
_GATHER_S = 0.2


class Roll:
    """Keeps the outboxes that are read the same as the guests there are.

    A new guest is announced (`made`, called by RPC), and read within
    milliseconds; a sweep finds what no announcement told, what has gone,
    and queues that somebody deleted. ``links`` knows which guests there
    are; ``outboxes`` reads.
    """

    def __init__(self, conf, links):
        self._conf = conf
        self._links = links
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name='roll',
                                        daemon=True)
        self.outboxes = None

    def start(self):
        """Read the outboxes of all guests, and go on so."""
        self._thread.start()

    def stop(self):
        """Sweep no more."""
        self._over.set()
        self._wake.set()
        self._thread.join()

    def lost(self):
        """Some outbox has gone: look soon whether it should have."""
        self._wake.set()

    def made(self, ctxt, instance_id):
        """There is a new guest, or may be (called by RPC)."""
        try:
            if self._links.learn([instance_id]):
                self.outboxes.read([instance_id])
        except exception.Unavailable as error:
            LOG.warning('the sweep will find instance %s: %s', instance_id,
                        error)

    def call(self):
        """One sweep."""
        # Taken before the look, so that what is made meanwhile stays.
        before = self.outboxes.wanted()
        there = set(self._links.there())
        self._links.learn(sorted(there - before))
        self.outboxes.remove(sorted(before - there))
        self.outboxes.read(sorted(there - self.outboxes.reading()))

    def _run(self):
        while not self._over.is_set():
            try:
                self.call()
            except exception.Unavailable as error:
                LOG.warning('new guests are not looked for: %s', error)
            except Exception:  # the edge of a periodic loop
                LOG.exception('new guests are not looked for')
            if self._wake.wait(self._conf.conductor.sweep_interval):
                self._over.wait(_GATHER_S)
                self._wake.clear()
