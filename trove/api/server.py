# SPDX-License-Identifier: Apache-2.0
"""The threaded HTTP server of trove-api."""

import contextlib
import logging
import threading

from cheroot import server
from cheroot import wsgi

from trove.api import chunks
from trove.common import exception

LOG = logging.getLogger(__name__)

#: Seconds that requests under way may take while the server stops.
GRACE_S = 20

#: Connections that may wait to be accepted. With cheroot's five a burst of
#: clients lost its first packets, and waited a second to send them again.
BACKLOG = 512

#: Idle connections that are kept open for their clients' next request.
KEPT_ALIVE = 256

#: Bytes of a body that nobody wanted which are read all the same, so that
#: the connection can serve another request. Beyond, it is closed.
SKIPPED = 64 * 1024


class CannotListen(exception.ConfigError):
    """The address cannot be bound."""

    template = 'Cannot listen on %(host)s port %(port)s: %(reason)s.'


class Server:
    """Serves a WSGI application from start() to stop().

    ``held``: a socket that listens already.
    """

    def __init__(self, conf, application, held=None):
        self._address = (held.getsockname()[:2] if held
                         else (conf.bind_host, conf.bind_port))
        self._server = _Listener(
            self._address, application, numthreads=conf.trove_api_threads,
            server_name='trove-api', shutdown_timeout=GRACE_S,
            request_queue_size=BACKLOG)
        self._server.held = held
        self._server.keep_alive_conn_limit = KEPT_ALIVE
        # One header of the longest kind, and room for the others.
        self._server.max_request_header_size = 4 * conf.max_header_line
        self._server.gateway = _Gateway
        self._server.error_log = _log
        self._thread = None

    @property
    def address(self):
        """(host, port) that the server listens on, once started."""
        return self._server.bind_addr

    def start(self):
        """Listen, and serve on threads of its own; raises if it cannot."""
        with listening_error(*self._address):
            self._server.prepare()
        # Another process may have taken what there was to accept.
        self._server.socket.setblocking(False)
        self._thread = threading.Thread(
            target=self._server.serve, name='http', daemon=True)
        self._thread.start()
        LOG.info('Listening on http://%s:%s', *self.address[:2])

    def stop(self):
        """Take no new requests, end those under way."""
        self._server.stop()
        self._thread.join(GRACE_S)


class _Headers(server.HeaderReader):
    """Headers that say one length of the body at most (RFC 9112, 6.3).

    cheroot would believe the last, and a proxy before it perhaps the first.
    """

    def __call__(self, rfile, hdict=None):
        """Put what the stream says into the dictionary; ValueError."""
        read = super().__call__(rfile, _OneLength())
        hdict = {} if hdict is None else hdict
        hdict.update(read)
        return hdict


class _OneLength(dict):
    def __setitem__(self, name, value):
        if name == b'Content-Length' and self.get(name, value) != value:
            raise ValueError('The body has more than one length.')
        super().__setitem__(name, value)


class _Request(server.HTTPRequest):
    header_reader = _Headers()


class _Connection(server.HTTPConnection):
    RequestHandlerClass = _Request


class _Listener(wsgi.Server):
    """cheroot's server, which may be given its socket."""

    held = None
    ConnectionClass = _Connection

    def bind(self, family, type, proto=0):
        """Take the socket that is held, or make one."""
        if self.held is None:
            super().bind(family, type, proto)
        else:
            self.socket = self.held


class _Gateway(wsgi.Gateway_10):
    """Between a request and the application, with an eye on its body.

    What is left of a body would be taken for the next request of the
    connection, which a proxy may have lent to somebody else.
    """

    def get_environ(self):
        """The WSGI environment of the request."""
        environ = super().get_environ()
        if self.req.chunked_read:
            self.req.rfile = chunks.Chunks(self.req.conn.rfile)
            environ['wsgi.input'] = self.req.rfile
            if environ.pop('CONTENT_LENGTH', None):
                # Two lengths: a proxy may have believed the other one.
                self.req.close_connection = True
        else:
            environ['wsgi.input'] = _Awaited(self.req)
        return environ

    def start_response(self, status, headers, exc_info=None):
        """Begin the answer."""
        if self.req.chunked_read:
            if not self.req.rfile.ended:
                self.req.close_connection = True
        elif not 0 <= self.req.rfile.remaining <= SKIPPED:
            self.req.close_connection = True
        return super().start_response(status, headers, exc_info)


class _Awaited:
    """The body of a request; a sender that falls silent is not heard again.

    From a stream that has timed out once cheroot reads no more: each try,
    for what is left of the body or for the next request, is an error in the
    log.
    """

    def __init__(self, request):
        self._request = request

    def read(self, size=None):
        """At most this many bytes, or all."""
        try:
            return self._request.rfile.read(size)
        except OSError:
            self._request.close_connection = True
            raise


@contextlib.contextmanager
def listening_error(host, port):
    """Tell in a sentence why a port cannot be listened on."""
    try:
        yield
    except OSError as error:
        raise CannotListen(host=host, port=port,
                           reason=error.strerror or error) from error


def _log(message='', level=logging.INFO, traceback=False):
    LOG.log(level, message, exc_info=traceback)
