# SPDX-License-Identifier: Apache-2.0
"""A connection to a cluster: to whichever node lives, by its own name.

The messaging library counts a node as a try. One that is told to try once,
since its caller can repeat, then fails at the first dead node and never asks
the next: with one of three nodes left, two of three answers of guests were
dropped. Here each try is one of all nodes (`trove.rpc.living_nodes`).

Where several nodes are named, that library leaves it to kombu to fill in the
name to verify by TLS, and kombu writes it into the options that all later
connections share: the first node's name was then asked of every other one.
With a certificate for each node nobody came through to the others, until the
first was back.
"""

import logging

from kombu import transport
from kombu.transport import pyamqp
from kombu.utils import url as kombu_url

from trove.rpc import living_nodes

LOG = logging.getLogger(__name__)

_SCHEME = 'amqp'


class Transport(pyamqp.Transport):
    """Tries all nodes that a connection names, each by its name."""

    def establish_connection(self):
        """Connect to the first node that lets us in; else the last error."""
        shared = self.client.ssl
        try:
            return self._establish(shared)
        finally:
            # What kombu fills in is for one node only.
            self.client.ssl = shared

    def _establish(self, shared):
        places = [kombu_url.parse_url(one) for one in self.client.alt]
        if len(places) < 2:
            return self._try(shared)
        failed = None
        for place in living_nodes.LATELY.order(places, _node):
            try:
                living_nodes.knock(_node(place))
                for word in ('hostname', 'port', 'userid', 'password'):
                    setattr(self.client, word, place[word])
                connection = self._try(shared)
            except self.recoverable_connection_errors as error:
                living_nodes.LATELY.failed(_node(place))
                LOG.info('broker %s:%s: %s', *_node(place),
                         error or type(error).__name__)
                failed = error
            else:
                living_nodes.LATELY.lives(_node(place))
                return connection
        raise failed

    def _try(self, shared):
        self.client.ssl = dict(shared) if isinstance(shared, dict) else shared
        return super().establish_connection()


def _node(place):
    return place['hostname'], place['port']


def register():
    """Let the messaging library connect this way."""
    transport.TRANSPORT_ALIASES[_SCHEME] = Transport.__module__ + ':Transport'
