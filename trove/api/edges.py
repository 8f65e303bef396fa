# SPDX-License-Identifier: Apache-2.0
"""Request ids and the limit of bodies, as plain WSGI.

The same promises as those of oslo.middleware, whose two classes take a
request and its answer apart into objects and put them together again; that
was a tenth of the time to show an instance.
"""

import re

from oslo_middleware import request_id

from trove.common import context
from trove.common import exception

#: Names under which clients look for the id; python-troveclient reads the
#: second.
ANSWERED = (request_id.HTTP_RESP_HEADER_REQUEST_ID, 'x-compute-request-id')

TOO_LARGE = 'The request body is too large.'

_MODULES = re.compile(r'/v1\.0/[^/]+/modules(/[^/]+)?/?')
_GLOBAL = re.compile(request_id.ID_FORMAT)


class RequestIds:
    """Middleware: each request has an id, which its answer tells.

    The id of a greater whole is taken from the caller when it looks like
    one.
    """

    def __init__(self, app):
        self._app = app

    def __call__(self, environ, start_response):
        """Serve one request."""
        made = environ[request_id.ENV_REQUEST_ID] = context.new_request_id()
        greater = environ.get('HTTP_X_OPENSTACK_REQUEST_ID', '')
        if _GLOBAL.fullmatch(greater):
            environ[request_id.GLOBAL_REQ_ID] = greater

        def answer(status, headers, exc_info=None):
            there = {name.lower() for name, _ in headers}
            more = [(name, made) for name in ANSWERED if name not in there]
            return start_response(status, [*headers, *more], exc_info)

        return self._app(environ, answer)


class BodyLimit:
    """Middleware: bodies above [oslo_middleware] max_request_body_size are
    refused, those of unknown length when they get there.

    Contents of modules may be longer than anything else that is sent.
    """

    def __init__(self, app, conf):
        self._app = app
        self._conf = conf

    def __call__(self, environ, start_response):
        """Serve one request."""
        most = self._most(environ)
        said = environ.get('CONTENT_LENGTH') or ''
        if not said:
            environ['wsgi.input'] = _Bounded(environ['wsgi.input'], most)
        elif not (said.isascii() and said.isdecimal()):
            raise exception.BadRequest('Content-Length is not a number.')
        elif int(said) > most:
            raise exception.OverLimit(TOO_LARGE)
        return self._app(environ, start_response)

    def _most(self, environ):
        most = self._conf.oslo_middleware.max_request_body_size
        if (environ.get('REQUEST_METHOD') in ('POST', 'PUT')
                and _MODULES.fullmatch(environ.get('PATH_INFO', ''))):
            return most + self._conf.module_contents_most
        return most


class _Bounded:
    """A body of unknown length: a byte more than may be, and it ends."""

    def __init__(self, stream, most):
        self._stream = stream
        self._left = most

    def read(self, size=-1):
        """At most this many bytes, or all."""
        pieces = []
        missing = (self._left + 1 if size is None or size < 0
                   else min(size, self._left + 1))
        # A server may give less than it was asked for before the end.
        while missing and (piece := self._stream.read(missing)):
            pieces.append(piece)
            missing -= len(piece)
            self._left -= len(piece)
        if self._left < 0:
            raise exception.OverLimit(TOO_LARGE)
        return b''.join(pieces)
