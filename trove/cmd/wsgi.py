# SPDX-License-Identifier: Apache-2.0
"""``application``: the REST API for uWSGI, gunicorn, mod_wsgi and others.

Options are read from /etc/trove/trove.conf, or from what the environment
names: TROVE_CONFIG_FILES and TROVE_CONFIG_DIRS, lists separated by colons.
"""

import os

from trove import cmd


def arguments(environ):
    """Command line arguments that stand for the environment's wishes."""
    found = []
    for variable, option in (('TROVE_CONFIG_FILES', '--config-file'),
                             ('TROVE_CONFIG_DIRS', '--config-dir')):
        for path in environ.get(variable, '').split(':'):
            if path:
                found += [option, path]
    return found


def _application():
    # Before anything that knows oslo.service is imported. The threads here
    # are the WSGI server's, whatever TROVE_BACKEND says.
    cmd.choose_backend('threading')
    from trove.cmd import api
    from trove.cmd import process
    return api.application(
        process.configure('trove-api', arguments(os.environ)))


application = _application()
