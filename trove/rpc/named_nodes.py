# SPDX-License-Identifier: Apache-2.0
"""TLS to a cluster: each node is held to its own name.

Where several nodes are named, the messaging library leaves it to kombu to
fill in the name to verify, and kombu writes it into the options that all
later connections share: the first node's name was then asked of every other
one. With a certificate for each node nobody came through to the others, until
the first was back.
"""

from kombu import transport
from kombu.transport import pyamqp

_SCHEME = 'amqp'


class Transport(pyamqp.Transport):
    """Keeps what kombu fills in to the connection that it is meant for."""

    def establish_connection(self):
        """Connect to the node whose turn it is, by its name."""
        if isinstance(self.client.ssl, dict):
            self.client.ssl = dict(self.client.ssl)
        return super().establish_connection()


def register():
    """Let the messaging library connect this way."""
    transport.TRANSPORT_ALIASES[_SCHEME] = Transport.__module__ + ':Transport'
