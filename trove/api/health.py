# SPDX-License-Identifier: Apache-2.0
"""GET /healthcheck: whether a load balancer may send requests here."""

from oslo_middleware import healthcheck
from oslo_middleware.healthcheck import opts

PATH = '/healthcheck'
DISABLE_FILE = '/etc/trove/healthcheck_disable'


class HealthDoor:
    """Middleware: answers the path, needs no token.

    An operator takes a node out of service by making the file.
    """

    def __init__(self, app, conf):
        self._app = app
        conf.register_opts(opts.HEALTHCHECK_OPTS, group='healthcheck')
        conf.register_opts(opts.DISABLE_BY_FILE_OPTS, group='healthcheck')
        conf.set_default('backends', ['disable_by_file'], 'healthcheck')
        conf.set_default('disable_by_file_path', DISABLE_FILE,
                         'healthcheck')
        self._health = healthcheck.Healthcheck(None, conf)

    def __call__(self, environ, start_response):
        """Serve one request."""
        inner = (self._health if environ.get('PATH_INFO') == PATH
                 else self._app)
        return inner(environ, start_response)
