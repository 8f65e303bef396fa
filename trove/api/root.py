# SPDX-License-Identifier: Apache-2.0
"""pecan's root controller: one door to every route."""

import json
from urllib import parse

import pecan
import webob

from trove.api import errors
from trove.api import jsonbody
from trove.api import request
from trove.api import versions
from trove.api.v1 import notices as words
from trove.common import exception


class Root:
    """Finds the route, runs its checks and its handler, writes JSON."""

    def __init__(self, conf, router, policy, notices):
        self._conf = conf
        self._router = router
        self._policy = policy
        self._notices = notices

    @pecan.expose(content_type=errors.JSON)
    def answer(self, req, resp):
        """Serve one request."""
        environ = req.environ
        route, values = self._router.find(req.method,
                                          environ['trove.parts'])
        ctx = environ['trove.context']
        # Before the body: who may not ask learns nothing of the format.
        self._policy.enforce(ctx, *route.policy)
        body = None
        if route.body is not None:
            body = route.body(environ['trove.body'])
        asked = request.Request(
            ctx=ctx, path=values,
            query=environ['trove.query'], body=body,
            url=self._url(environ), base=self._base(environ))
        with self._notices.told(route, asked) as traits:
            shown = route.handler(asked)
            traits.update(words.outcome(shown))
        if shown is None:
            empty = webob.Response(status=route.status, app_iter=_nothing(),
                                   content_type=errors.JSON)
            empty.content_length = 0
            return empty
        return webob.Response(
            status=route.status, content_type=errors.JSON, charset='UTF-8',
            body=json.dumps(shown, ensure_ascii=False).encode())

    def _base(self, environ):
        return versions.base_url(self._conf, environ)

    def _url(self, environ):
        path = environ['PATH_INFO'].encode('latin-1')
        return self._base(environ) + parse.quote(path)


def _nothing():
    """An empty body of which pecan makes no 204: it looks like a stream.
    """
    yield b''


def read_query(environ):
    """The last value of each query parameter, or BadRequest."""
    try:
        pairs = parse.parse_qsl(environ.get('QUERY_STRING', ''),
                                keep_blank_values=True, errors='strict',
                                max_num_fields=100)
    except (UnicodeError, ValueError):
        raise exception.BadRequest(
            'The query string cannot be read.') from None
    if any('\0' in text for pair in pairs for text in pair):
        raise exception.BadRequest('The query holds a NUL character.')
    return dict(pairs)


def read_body(req):
    """The JSON body of a request whose method may carry one."""
    if req.method in ('GET', 'HEAD', 'DELETE', 'OPTIONS'):
        return None
    return jsonbody.read(req)
