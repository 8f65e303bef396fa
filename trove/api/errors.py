# SPDX-License-Identifier: Apache-2.0
"""Exceptions and foreign error pages become the one error envelope.

An error body is an object with exactly one member, named by the status:
``{"itemNotFound": {"code": 404, "message": "..."}}``.
"""

import json
import logging
import uuid

import webob

from trove.cloud import ports
from trove.common import exception

LOG = logging.getLogger(__name__)


class Unauthorized(exception.TroveError):
    """There is no valid token (401)."""


class MethodNotAllowed(exception.TroveError):
    """The path is known, the method is not (405)."""

    template = 'This path answers %(allow)s only.'


class NotAcceptable(exception.TroveError):
    """No such version of the API (406)."""


class MediaType(exception.TroveError):
    """The body is not JSON (415)."""

    template = 'The body must be application/json, not %(content_type)s.'


class RateLimited(exception.OverLimit):
    """Too many requests in a minute; carries `retry_after` in seconds."""

    template = 'Too many requests.'


#: The first family that fits decides; what fits none is a defect (500).
STATUS = (
    (exception.BadRequest, 400),
    (Unauthorized, 401),
    (exception.Forbidden, 403),
    (exception.NotFound, 404),
    (MethodNotAllowed, 405),
    (NotAcceptable, 406),
    (exception.Conflict, 409),
    (exception.OverLimit, 413),
    (ports.CloudQuota, 413),
    (MediaType, 415),
    (exception.Unprocessable, 422),
    (exception.NotSupported, 501),
    (exception.GuestFailed, 502),
    (exception.Unavailable, 503),
    (ports.CloudBusy, 503),
    (ports.CloudDown, 503),
    (exception.GuestSilent, 504),
)

NAME = {
    400: 'badRequest', 401: 'unauthorized', 403: 'forbidden',
    404: 'itemNotFound', 405: 'badMethod', 406: 'notAcceptable',
    409: 'conflict', 413: 'overLimit', 415: 'badMediaType',
    422: 'unprocessableEntity', 500: 'instanceFault',
    501: 'notImplemented', 502: 'badGateway', 503: 'serviceUnavailable',
    504: 'gatewayTimeout'}

JSON = 'application/json'

#: Set in the environment of a request whose error body is ours.
ENVELOPED = 'trove.enveloped'


def status_of(error):
    """The HTTP status of an exception."""
    for family, status in STATUS:
        if isinstance(error, family):
            return status
    return 500


def envelope(status, message, **more):
    """The error body in bytes."""
    name = NAME.get(status) or NAME[400 if status < 500 else 500]
    body = {name: {'code': status, 'message': message, **more}}
    return json.dumps(body).encode()


def response(error):
    """The answer to a request that ended in ``error``.

    A defect shows an opaque id, and the log has the rest under that id.
    """
    status = status_of(error)
    if status == 500:
        opaque = uuid.uuid4()
        LOG.error('Request failed, error id %s', opaque,
                  exc_info=(type(error), error, error.__traceback__))
        return _answer(500, envelope(
            500, 'An internal error happened; tell your operator the id %s.'
            % opaque))
    if isinstance(error, RateLimited):
        seconds = error.facts['retry_after']
        answer = _answer(status, envelope(
            status, str(error), details=error.facts['details'],
            retryAfter=str(seconds)))
        answer.headers['Retry-After'] = str(seconds)
        return answer
    answer = _answer(status, envelope(status, str(error)))
    if isinstance(error, MethodNotAllowed):
        answer.headers['Allow'] = error.facts['allow']
    return answer


def _answer(status, body):
    return webob.Response(status=status, body=body, content_type=JSON,
                          charset='UTF-8')


class ErrorEdge:
    """Middleware: whatever fails inside is answered in the envelope.

    It turns error pages of libraries (a token refused, a body too large)
    into JSON and keeps their headers, such as WWW-Authenticate; but for
    Retry-After, which python-troveclient can bear with 413 only.
    """

    def __init__(self, app):
        self._app = app

    def __call__(self, environ, start_response):
        """Serve one request."""
        seen = {}

        def keep(status, headers, exc_info=None):
            code = int(status.split(' ', 1)[0])
            if code < 400 or environ.get(ENVELOPED):
                return start_response(status, headers, exc_info)
            seen['status'], seen['headers'] = status, headers
            return _no_write

        try:
            body = self._app(environ, keep)
        except Exception as error:  # noqa: BLE001 - the edge of HTTP
            return response(error)(environ, start_response)
        if not seen:
            return body
        return self._translate(seen, body, environ, start_response)

    @staticmethod
    def _translate(seen, body, environ, start_response):
        if hasattr(body, 'close'):
            body.close()
        code = int(seen['status'].split(' ', 1)[0])
        text = envelope(code, _SENTENCES.get(
            code, seen['status'].split(' ', 1)[-1] + '.'))
        headers = [(name, value) for name, value in seen['headers']
                   if name.lower() not in _REPLACED]
        headers += [('Content-Type', JSON),
                    ('Content-Length', str(len(text)))]
        start_response(seen['status'], headers)
        return [] if environ['REQUEST_METHOD'] == 'HEAD' else [text]


_REPLACED = ('content-type', 'content-length', 'retry-after')

_SENTENCES = {
    401: 'Authentication is required: send a valid token in X-Auth-Token.',
    413: 'The request body is too large.',
    503: 'A service that is needed for the answer is down; try again later.'}


def _no_write(data):
    raise RuntimeError('write() is not supported')
