# SPDX-License-Identifier: Apache-2.0
"""Several processes that serve the API on one port.

Python runs one thread at a time in a process, so each core wants its own.
"""

import socket

import cotyledon

from trove.api import server
from trove.api import turns


class Worker(cotyledon.Service):
    """One of the processes; cotyledon starts it anew when it dies."""

    name = 'trove-api'

    def __init__(self, worker_id, conf, held, order, application):
        super().__init__(worker_id)
        self._server = server.Server(
            conf, application, turns.Socket.of(held, order, worker_id))

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
        with listen(self._conf.bind_host, self._conf.bind_port) as held:
            manager = cotyledon.ServiceManager(
                graceful_shutdown_timeout=server.GRACE_S + 5)
            manager.register_hooks(on_terminate=held.close)
            count = self._conf.trove_api_workers
            manager.add(Worker, workers=count, args=(
                self._conf, held, turns.Turns(count), self._application))
            manager.run()

    def stop(self):
        """Nothing is left to do: `start` returns when all have ended."""


def listen(host, port):
    """A socket that all the processes accept from."""
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with server.listening_error(host, port):
        held = socket.socket(family, kind, proto)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        held.bind(address)
        held.listen(server.BACKLOG)
    return held
