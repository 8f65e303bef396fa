# SPDX-License-Identifier: Apache-2.0
"""The version documents, and the way of a request to its version."""

import json
import re

import webob

from trove.api import errors
from trove.api import routing
from trove.common import exception

VERSION = 'v1.0'
_DOCUMENT = {'id': VERSION, 'status': 'CURRENT',
             'updated': '2012-08-01T00:00:00Z'}
_ACCEPT = re.compile(
    r'application/vnd\.openstack\.trove(?:\+\w+)?\s*;\s*version=([\w.]+)')


def base_url(conf, environ):
    """What every link begins with: the operator's word or the request's."""
    if conf.public_endpoint:
        return conf.public_endpoint.rstrip('/')
    host = environ.get('HTTP_HOST') or '%s:%s' % (
        environ['SERVER_NAME'], environ['SERVER_PORT'])
    return '%s://%s%s' % (environ['wsgi.url_scheme'], host,
                          environ.get('SCRIPT_NAME', '').rstrip('/'))


class VersionDoor:
    """Middleware: answers `/` and `/v1.0/`, needs no token for them.

    A path without a version gets the one that `Accept` names.
    """

    def __init__(self, app, conf):
        self._app = app
        self._conf = conf

    def __call__(self, environ, start_response):
        """Serve one request."""
        parts = routing.segments('/' + environ.get('PATH_INFO', ''))
        if parts == ['']:
            return self._list(environ)(environ, start_response)
        if parts[0] != VERSION:
            _accepted(environ.get('HTTP_ACCEPT', ''))
            environ['PATH_INFO'] = '/' + '/'.join([VERSION] + parts)
        elif parts[1:] in ([], ['']):
            return self._one(environ)(environ, start_response)
        return self._app(environ, start_response)

    def _list(self, environ):
        _readable(environ)
        return _json({'versions': [self._document(environ)]})

    def _one(self, environ):
        _readable(environ)
        return _json({'version': self._document(environ)})

    def _document(self, environ):
        href = '%s/%s/' % (base_url(self._conf, environ), VERSION)
        return {**_DOCUMENT, 'links': [{'rel': 'self', 'href': href}]}


def _accepted(accept):
    """Hold that the Accept header names our version; else no such path."""
    named = _ACCEPT.search(accept)
    if named is None:
        raise exception.NotFound('There is nothing at this path.')
    if named.group(1) != VERSION.lstrip('v'):
        raise errors.NotAcceptable(
            'There is no version %s of this API.' % named.group(1))


def _readable(environ):
    if environ['REQUEST_METHOD'] not in ('GET', 'HEAD'):
        raise errors.MethodNotAllowed(allow='GET, HEAD')


def _json(body):
    return webob.Response(body=json.dumps(body).encode(),
                          content_type=errors.JSON, charset='UTF-8')
