# SPDX-License-Identifier: Apache-2.0
"""From a validated token to the caller of a request."""

import collections
import threading
import time

from trove.api import routing
from trove.common import context
from trove.common import exception

CACHE_KEY = 'trove.token_cache'


class TokenMemory:
    """Validated tokens of this process, in the shape keystonemiddleware
    takes a cache in; used where no memcached is configured."""

    def __init__(self, most=10000, clock=time.monotonic):
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = collections.OrderedDict()

    def get(self, key):
        """The value, or None when it is unknown or too old."""
        with self._lock:
            value, until = self._kept.get(key, (None, 0))
            return value if until > self._clock() else None

    def set(self, key, value, time=0):
        """Keep a value for ``time`` seconds."""
        with self._lock:
            self._kept[key] = (value, self._clock() + time)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


class TokenMemoryEdge:
    """Middleware: lends the memory to keystonemiddleware below."""

    def __init__(self, app, memory):
        self._app = app
        self._memory = memory

    def __call__(self, environ, start_response):
        """Serve one request."""
        environ[CACHE_KEY] = self._memory
        return self._app(environ, start_response)


class ContextEdge:
    """Middleware: the project in the path is the token's, and the caller
    becomes a Context. Reads what keystonemiddleware left in the headers."""

    def __init__(self, app, policy):
        self._app = app
        self._policy = policy

    def __call__(self, environ, start_response):
        """Serve one request."""
        project_id = (environ.get('HTTP_X_PROJECT_ID')
                      or environ.get('HTTP_X_TENANT_ID'))
        parts = routing.segments(_path(environ))
        if not project_id or parts[1] != project_id:
            raise exception.Forbidden(
                'The project in the path is not the project of the token.')
        environ['trove.parts'] = parts[2:]
        environ['trove.context'] = self._context(environ, project_id)
        return self._app(environ, start_response)

    def _context(self, environ, project_id):
        named = (environ.get('HTTP_X_ROLES') or environ.get('HTTP_X_ROLE')
                 or '')
        roles = tuple(role.strip() for role in named.split(',')
                      if role.strip())
        user_id = environ.get('HTTP_X_USER_ID')
        return context.Context(
            project_id=project_id, user_id=user_id, roles=roles,
            is_admin=self._policy.is_admin(roles, project_id, user_id),
            request_id=environ.get('openstack.request_id')
            or context.new_request_id(),
            global_request_id=environ.get('openstack.global_request_id'),
            auth_token=environ.get('HTTP_X_AUTH_TOKEN'),
            client_ip=environ.get('REMOTE_ADDR'))


def _path(environ):
    """The path as text; WSGI hands UTF-8 over as latin-1."""
    try:
        return environ['PATH_INFO'].encode('latin-1').decode('utf-8')
    except UnicodeError:
        raise exception.BadRequest('The path is not valid UTF-8.') from None
