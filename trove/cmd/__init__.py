# SPDX-License-Identifier: Apache-2.0
"""One thin main per process.

Importing this package chooses how the process runs many things at once,
before anything else is imported: plain threads (default), or eventlet's green
ones where the environment variable TROVE_BACKEND says ``eventlet``. This is
the only place that knows eventlet.
"""

import os
import sys

BACKENDS = ('threading', 'eventlet')


def choose_backend(wanted=None):
    """Set oslo.service up for threads or eventlet; call it first.

    The guest agent and the WSGI application insist on ``'threading'``.
    """
    wanted = wanted or os.environ.get('TROVE_BACKEND', 'threading')
    if wanted not in BACKENDS:
        raise SystemExit('TROVE_BACKEND is %r; it may be %s.'
                         % (wanted, ' or '.join(BACKENDS)))
    if wanted == 'eventlet':
        try:
            import eventlet
        except ImportError:
            raise SystemExit('TROVE_BACKEND=eventlet needs the extra: pip '
                             'install "trove[eventlet]".') from None
        eventlet.monkey_patch()
    else:
        # Libraries below oslo import eventlet whenever it can be imported,
        # at a quarter of a second and 14 MB in each process (measured).
        sys.modules['eventlet'] = None
    from oslo_service import backend
    backend.init_backend(backend.BackendType(wanted))
