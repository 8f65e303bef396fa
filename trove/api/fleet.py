# SPDX-License-Identifier: Apache-2.0
"""Several processes that serve the API on one port.

Python runs one thread at a time in a process, so each core wants its own.
"""

import socket

import cotyledon

from trove.api import server


class Worker(cotyledon.Service):
    """One of the processes; cotyledon starts it anew when it dies."""

    name = 'trove-api'

    def __init__(self, worker_id, conf, address, application):
        super().__init__(worker_id)
        self._server = server.Server(conf, application, address,
                                     reuse_port=True)

    def run(self):
        """Serve until told to stop."""
        self._server.start()

    def terminate(self):
        """End the requests under way."""
        self._server.stop()


class Fleet:
    """The processes together; has start() and stop() of a service."""

    def __init__(self, conf, application):
        self._conf = conf
        self._application = application

    def start(self):
        """Serve until a signal ends it, then leave by SystemExit."""
        with reserve(self._conf.bind_host, self._conf.bind_port) as held:
            manager = cotyledon.ServiceManager(
                graceful_shutdown_timeout=server.GRACE_S + 5)
            manager.add(Worker, workers=self._conf.trove_api_workers, args=(
                self._conf, held.getsockname()[:2], self._application))
            manager.run()

    def stop(self):
        """Nothing is left to do: `start` returns when all have ended."""


def reserve(host, port):
    """A socket that holds the port, and that others can share it with.

    A port that somebody listens on is refused, although it is shareable.
    """
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with server.listening_error(host, port):
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            address = probe.getsockname()
        held = socket.socket(family, kind, proto)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(address)
    return held
