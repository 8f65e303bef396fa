# SPDX-License-Identifier: Apache-2.0
"""Which node of a cluster of brokers to try first: one that is not dead.

A node that is off may refuse at once, or say nothing for minutes; where a
packet filter stands in front of it, it is always the latter. So a node is
knocked at before anything is said to it, and who did not open is tried last
for a while, by all connections of the process.
"""

import random
import socket
import threading
import time

#: Seconds a node may take to open. Its kernel does that, however busy the
#: broker is; one packet that gets lost is sent again after a second.
_KNOCK_S = 2

#: Seconds for which a node that failed is tried after the others.
_LAST_S = 60


class Lately:
    """Which nodes ((host, port)) failed of late."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = {}

    def order(self, nodes, node_of=lambda node: node):
        """All of them, dealt by chance; those that failed come last, the
        longest ago first."""
        since = self._clock() - _LAST_S
        with self._lock:
            self._failed = {node: when for node, when in self._failed.items()
                            if when > since}
            return sorted(shuffled(nodes), key=lambda one: self._failed.get(
                node_of(one), 0))

    def failed(self, node):
        """It did not open, or did not let us in."""
        with self._lock:
            self._failed[node] = self._clock()

    def lives(self, node):
        """It let us in."""
        with self._lock:
            self._failed.pop(node, None)


def shuffled(nodes):
    """The same by chance, so that all processes together use all nodes."""
    return random.sample(nodes, len(nodes))


def knock(node):
    """Raise OSError unless the node takes connections."""
    socket.create_connection(node, _KNOCK_S).close()


#: What this process knows.
LATELY = Lately()
