# SPDX-License-Identifier: Apache-2.0
"""Tells of each request that changes something: that it began, how it ended.

What is promised to be done later is ended by the taskmanager.
"""

import contextlib
import logging
import threading

from trove.api import errors
from trove.common import exception
from trove.operations import events
from trove.rpc import notifications

LOG = logging.getLogger(__name__)


class NotingWaker:
    """A Waker that knows whether this request has promised something."""

    def __init__(self, waker):
        self._waker = waker
        self._of_thread = threading.local()

    def wake(self, operation_id):
        """Hand on the word."""
        self._of_thread.promised = True
        self._waker.wake(operation_id)

    def begin(self):
        """A request begins in this thread."""
        self._of_thread.promised = False

    @property
    def promised(self):
        """Whether the request has woken anybody."""
        return self._of_thread.promised


class Notices:
    """Keeps the events of requests for the taskmanager to send.

    ``name_of(route, request)`` gives (event, traits) or None. Nothing is
    kept while no notification driver is configured.
    """

    def __init__(self, deps, waker, name_of):
        self._db = deps.db
        self._conf = deps.conf
        self._waker = waker
        self._name_of = name_of
        self._enabled = notifications.enabled(deps.conf)

    @contextlib.contextmanager
    def told(self, route, request):
        """Tell of what happens inside; gives a dict for traits of the end.
        """
        found = self._name_of(route, request) if self._enabled else None
        if found is None:
            yield {}
            return
        name, traits = found
        more = {}
        self._keep(request, name, 'start', traits)
        self._waker.begin()
        try:
            yield more
        except Exception as error:  # told of, not handled
            if not self._is_told_elsewhere(name):
                self._quietly(request, name, 'error', {
                    **traits, 'message': _message(error),
                    'exception': type(error).__name__})
            raise
        if not self._is_told_elsewhere(name):
            self._quietly(request, name, 'end', {**traits, **more})

    def _is_told_elsewhere(self, name):
        """A promise ends when it is kept or undone, whatever the caller was
        told meanwhile; and each event ends once."""
        return self._waker.promised and name in events.PROMISED

    def _keep(self, request, name, phase, traits):
        with self._db.writer() as tx:
            tx.notifications.add([events.about_request(
                self._conf, request.ctx, name, phase, traits)])

    def _quietly(self, request, name, phase, traits):
        """The request has its own outcome, which this must not change."""
        try:
            self._keep(request, name, phase, traits)
        except exception.Unavailable as error:
            LOG.error('event dbaas.%s.%s of request %s is lost: %s', name,
                      phase, request.ctx.request_id, error)


def _message(error):
    """What the caller is told; nothing of a defect's inside."""
    if errors.status_of(error) == 500:
        return 'an internal error'
    return str(error)
