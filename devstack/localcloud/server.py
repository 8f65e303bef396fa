# SPDX-License-Identifier: Apache-2.0
"""The HTTP servers: cheroot, one per address, one application."""
import logging
import socket
import struct
import threading

from cheroot import wsgi

LOG = logging.getLogger(__name__)
IP_FREEBIND = 15    # linux/in.h; the socket module does not name it


class Gateway(wsgi.Gateway_10):
    """Gives the application a way to drop the connection."""

    def get_environ(self):
        """The environ, with ``localcloud.drop`` in it."""
        environ = super().get_environ()
        environ['localcloud.drop'] = self._drop
        return environ

    def _drop(self):
        """Reset the connection: the client gets no answer at all."""
        self.req.close_connection = True
        sock = self.req.conn.socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack('ii', 1, 0))
        sock.shutdown(socket.SHUT_RDWR)


class Server(wsgi.Server):
    """One address. Addresses of bridges may appear later than we start."""

    def __init__(self, address, application, threads, name):
        super().__init__(address, application, numthreads=threads,
                         server_name=name, request_queue_size=128,
                         timeout=60)
        self.gateway = Gateway
        self.keep_alive_conn_limit = 500
        self._thread = None

    def bind(self, family, type, proto=0):
        """Bind also to an address that no interface has yet."""
        self.socket = self.prepare_socket(
            self.bind_addr, family, type, proto, self.nodelay,
            self.ssl_adapter)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        self.socket.bind(self.bind_addr)
        self.bind_addr = self.resolve_real_bind_addr(self.socket)
        return self.socket

    def error_log(self, msg='', level=20, traceback=False):
        """Into our log; dropped connections are not worth a line."""
        LOG.log(max(level, logging.WARNING) if traceback else logging.DEBUG,
                '%s', msg, exc_info=traceback)

    def start_thread(self):
        """Bind now (raises OSError), serve in a thread of its own."""
        self.prepare()
        self._thread = threading.Thread(
            target=self.serve, name=f'http-{self.bind_addr[0]}', daemon=True)
        self._thread.start()

    def join(self, timeout_s):
        """Wait until it has stopped serving."""
        if self._thread:
            self._thread.join(timeout_s)
