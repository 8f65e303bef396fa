# SPDX-License-Identifier: Apache-2.0
"""``application``: the REST API for uWSGI, gunicorn, mod_wsgi and others.

Options are read from /etc/trove/trove.conf, or from what the environment
names: TROVE_CONFIG_FILES and TROVE_CONFIG_DIRS, lists separated by colons.
"""

import os

from oslo_service import backend

from trove.cmd import api
from trove.cmd import process


def arguments(environ):
    """Command line arguments that stand for the environment's wishes."""
    found = []
    for variable, option in (('TROVE_CONFIG_FILES', '--config-file'),
                             ('TROVE_CONFIG_DIRS', '--config-dir')):
        for path in environ.get(variable, '').split(':'):
            if path:
                found += [option, path]
    return found


# oslo.messaging imports oslo.service, which would load eventlet by default;
# the threads here are the WSGI server's.
backend.init_backend(backend.BackendType.THREADING)

application = api.application(
    process.configure('trove-api', arguments(os.environ)))
