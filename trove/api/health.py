# SPDX-License-Identifier: Apache-2.0
"""/healthcheck, for load balancers.

Beside oslo.middleware's own backends there are two of ours, which operators
may add to [healthcheck] backends: trove_database and trove_broker.
"""

import threading
import time

from oslo_middleware import healthcheck
from oslo_middleware.healthcheck import opts
from oslo_middleware.healthcheck import pluginbase

from trove.api import errors
from trove.common import exception
from trove.rpc import transport

PATH = '/healthcheck'
DISABLE_FILE = '/etc/trove/healthcheck_disable'

#: Anybody may ask, so what was found is good for so long.
REMEMBERED_S = 2.0

#: HAProxy's checks send OPTIONS unless they are told otherwise: refused, they
#: would take every node out of service.
_METHODS = ('GET', 'HEAD', 'OPTIONS')

_DEPS = 'trove.deps'


class HealthDoor:
    """Middleware: answers the path, needs no token.

    An operator takes a node out of service by making the file.
    """

    def __init__(self, app, deps):
        self._app = app
        conf = deps.conf
        conf.register_opts(opts.HEALTHCHECK_OPTS, group='healthcheck')
        conf.register_opts(opts.DISABLE_BY_FILE_OPTS, group='healthcheck')
        conf.set_default('backends', ['disable_by_file'], 'healthcheck')
        conf.set_default('disable_by_file_path', DISABLE_FILE,
                         'healthcheck')
        self._health = _Health(deps)

    def __call__(self, environ, start_response):
        """Serve one request."""
        if environ.get('PATH_INFO') != PATH:
            return self._app(environ, start_response)
        if environ['REQUEST_METHOD'] not in _METHODS:
            return _refuse(start_response)
        return self._health(environ, start_response)


def _refuse(start_response):
    body = errors.envelope(405, 'Ask %s with %s.' % (
        PATH, ' or '.join(_METHODS[:2])))
    start_response('405 Method Not Allowed', [
        ('Allow', ', '.join(_METHODS)), ('Content-Type', errors.JSON),
        ('Content-Length', str(len(body)))])
    return [body]


class _Health(healthcheck.Healthcheck):
    """The library's middleware, whose backends are handed ``deps``."""

    def __init__(self, deps):
        self._deps = deps
        super().__init__(None, deps.conf)

    @property
    def conf(self):
        """What backends are made with, beside the options."""
        return {_DEPS: self._deps}

    @conf.setter
    def conf(self, value):
        """The options come from oslo.config: the library sets nothing."""


class _Check(pluginbase.HealthcheckBaseExtension):
    """Looks at one service, once for all who ask at the same time."""

    def __init__(self, *args, clock=time.monotonic):
        super().__init__(*args)
        self._clock = clock
        self._lock = threading.Lock()
        self._found, self._since = None, 0.0

    def healthcheck(self, server_port):
        """What was found, now or a moment ago."""
        with self._lock:
            if (self._found is None
                    or self._clock() - self._since >= REMEMBERED_S):
                self._found = self._look()
                self._since = self._clock()
            return self._found

    def _look(self):
        try:
            self._ask(self.conf[_DEPS])
        except exception.TroveError as error:
            return pluginbase.HealthcheckResult(
                available=False, reason='%s DOWN' % self.noun,
                details=str(error))
        return pluginbase.HealthcheckResult(
            available=True, reason='%s OK' % self.noun)


class DatabaseCheck(_Check):
    """Whether the database answers."""

    noun = 'DATABASE'

    def _ask(self, deps):
        deps.db.ping()


class BrokerCheck(_Check):
    """Whether a node of the broker can be connected to.

    The API works without it: promises are found by the taskmanagers' sweep.
    Requests that ask guests fail.
    """

    noun = 'BROKER'

    def _ask(self, deps):
        transport.reach(deps.conf)
