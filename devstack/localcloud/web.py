# SPDX-License-Identifier: Apache-2.0
"""Requests and routes: what every service's handlers are given.

A handler is a function of a Call and the names in its path. It answers
with a dict (200), with ``(status, dict)``, with a Response, or raises an
ApiError.
"""
import dataclasses
import json
import re

import werkzeug.wrappers
from werkzeug import routing

from localcloud import errors

JSON = 'application/json'


class Response(werkzeug.wrappers.Response):
    """An answer; JSON unless told otherwise."""
    default_mimetype = JSON
    autocorrect_location_header = False


class Request(werkzeug.wrappers.Request):
    """A request; bodies are not limited here, object data is large."""
    max_content_length = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Context:
    """Who is calling, and with which roles in which project."""
    user_id: str | None = None
    user_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    roles: frozenset = frozenset()
    token: dict | None = None

    @property
    def is_admin(self):
        """Whether the caller sees and may do everything."""
        return 'admin' in self.roles

    @property
    def may_write(self):
        """Whether the caller may change things: not with reader alone."""
        return bool(self.roles & {'admin', 'member', 'service'})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Route:
    """A handler and who may call it."""
    service: str
    prefix: str
    handler: object
    public: bool = False    # without a token
    admin: bool = False
    scoped: bool = True     # the token must be for a project


class Call:
    """One request, as a handler sees it."""

    def __init__(self, cloud, request, route, context):
        self.cloud = cloud
        self.store = cloud.store
        self.request = request
        self.route = route
        self.ctx = context
        self.query = request.args
        self.sabotage = None        # a sentence: the resource must fail
        self.version = (2, 1)       # the microversion asked for
        self.request_id = None      # set for each call

    def json(self):
        """The body, which must be a JSON object."""
        data = self.request.get_data()
        if not data:
            return {}
        try:
            body = json.loads(data)
        except ValueError as error:
            raise errors.BadRequest(
                f'The body is not JSON: {error}.') from error
        if not isinstance(body, dict):
            raise errors.BadRequest('The body must be a JSON object.')
        return body

    def body(self, key):
        """The object below the one key that the body must have."""
        value = self.json().get(key)
        if not isinstance(value, dict):
            raise errors.BadRequest(
                f"The body must have an object '{key}'.")
        return value

    def flag(self, name, default=False):
        """A query parameter read as a boolean."""
        text = self.query.get(name)
        if text is None:
            return default
        return text.lower() in ('1', 'true', 'yes', 'on', 't', '')

    def url(self, path):
        """An absolute URL to this cloud, the way the client reached it."""
        return self.request.host_url.rstrip('/') + path

    def owns(self, doc):
        """Whether the caller may see and change a document."""
        return self.ctx.is_admin or (
            doc.get('project_id') == self.ctx.project_id)

    def fetch(self, kind, doc_id, noun=None):
        """The document if it is the caller's; a 404 otherwise."""
        doc = self.store.get(kind, doc_id)
        if doc is None or not self.owns(doc):
            name = noun or kind.capitalize()
            raise errors.NotFound(f'{name} {doc_id} could not be found.',
                                  kind=f'{name.replace(" ", "")}NotFound')
        return doc

    def project_for(self, wanted):
        """The project a new thing is for; only admins choose another."""
        if wanted and wanted != self.ctx.project_id:
            if not self.ctx.is_admin:
                raise errors.Forbidden(
                    'Only an admin creates things for other projects.')
            return wanted
        return self.ctx.project_id


class Routes:
    """The paths of one service, below one prefix."""

    def __init__(self, service, prefix):
        self.service = service
        self.prefix = prefix
        self.rules = []

    def route(self, methods, *paths, **traits):
        """Register a handler for methods and paths below the prefix."""
        def register(handler):
            record = Route(service=self.service, prefix=self.prefix,
                           handler=handler, **traits)
            for path in paths:
                self.rules.append(routing.Rule(
                    self.prefix + path, methods=methods.split(),
                    endpoint=record))
            return handler
        return register

    def get(self, *paths, **traits):
        """Register a reader."""
        return self.route('GET', *paths, **traits)

    def post(self, *paths, **traits):
        """Register a handler of POST."""
        return self.route('POST', *paths, **traits)

    def put(self, *paths, **traits):
        """Register a handler of PUT."""
        return self.route('PUT', *paths, **traits)

    def delete(self, *paths, **traits):
        """Register a handler of DELETE."""
        return self.route('DELETE', *paths, **traits)


def answer(result):
    """What a handler returned, as a Response."""
    if isinstance(result, werkzeug.wrappers.Response):
        return result
    status = 200
    if isinstance(result, tuple):
        status, result = result
    if result is None:
        return Response(status=status)
    return Response(json.dumps(result), status=status)


def number(value, name, least=None, error=errors.BadRequest):
    """An integer out of a body or a query, or a 400."""
    if isinstance(value, bool) or not re.fullmatch(r'-?\d+', str(value)):
        raise error(f"'{name}' must be an integer, not {value!r}.")
    if least is not None and int(value) < least:
        raise error(f"'{name}' must be at least {least}.")
    return int(value)


def required(body, name):
    """A field that must be there."""
    if body.get(name) in (None, ''):
        raise errors.BadRequest(f"'{name}' is required.")
    return body[name]


def page(call, items, default=1000, key='id'):
    """The page after ?marker=, at most ?limit= long; and whether more."""
    marker = call.query.get('marker')
    if marker:
        places = [i for i, item in enumerate(items) if item[key] == marker]
        if not places:
            raise errors.BadRequest(f'marker [{marker}] not found')
        items = items[places[0] + 1:]
    text = call.query.get('limit')
    limit = default if text is None else number(text, 'limit', 0)
    limit = min(limit, default)
    return items[:limit], len(items) > limit


def next_link(call, last_id):
    """The URL of the page after the one that ended with this id."""
    args = call.query.copy()
    args['marker'] = last_id
    query = '&'.join(f'{k}={v}' for k, v in args.items(multi=True))
    return call.url(f'{call.request.path}?{query}')
