# SPDX-License-Identifier: Apache-2.0
"""Whether an operation is still ours, and whether we should go on with it."""

import logging
import threading
import time

from trove.common import exception
from trove.common import waiting

LOG = logging.getLogger(__name__)

#: Share of a lease after which we no longer rely on it: the clocks of two
#: machines do not run equally fast, and a call takes time to arrive.
_RELIABLE = 0.85


class Left(BaseException):
    """The operation is left where it stands; somebody will go on with it.

    Not an Exception on purpose: no step, and nothing between a step and the
    engine, may take it for a failure of the work and undo anything.
    """


class LeftByStop(Left):
    """This process stops; the operation may be taken at once."""


class LeftByLoss(Left):
    """Another owner may be at work; not one write or call more."""


class LeftForLater(Left):
    """Nothing more can be done now; carries the reason."""

    def __init__(self, step, error):
        super().__init__('%s: %s' % (step, error))
        self.step = step
        self.error = error


def clock():
    """Seconds that go on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """Our right to work on one operation, as far as we can be sure of it.

    It counts from the moment before the database was asked, so that it ends
    here before it ends there. ``give_way()`` returns when those have passed
    who go before all work that is under way.
    """

    def __init__(self, operation_id, fence, lease_s, since,
                 give_way=lambda: None):
        self.operation_id = operation_id
        self.give_way = give_way
        self.fence = fence
        self._lease_s = lease_s
        self._until = since + _RELIABLE * lease_s

    @property
    def key(self):
        """(operation id, fence), as the database wants it."""
        return self.operation_id, self.fence

    def renewed(self, since):
        """The database has renewed it; it was asked at ``since``."""
        self._until = since + _RELIABLE * self._lease_s

    def lose(self):
        """It is over, whatever the clock says."""
        self._until = float('-inf')

    def hold(self):
        """Raise LeftByLoss unless the operation is ours for sure."""
        self.give_way()
        if clock() >= self._until:
            raise LeftByLoss('The lease of operation %s is over.'
                             % self.operation_id)


class Watch:
    """Asked before each step and at each wait whether to go on.

    ``cancelled(operation_id)`` tells whether somebody wants it undone.
    """

    def __init__(self, lease, cancelled, stopping=None):
        self.lease = lease
        self._cancelled = cancelled
        self._stopping = stopping or threading.Event()
        self.undoing = False

    def check(self):
        """Return when the work may go on.

        Raises LeftByLoss, LeftByStop, or, unless the work is being undone,
        Cancelled.
        """
        self.lease.hold()
        if self._stopping.is_set():
            raise LeftByStop('This process stops.')
        if not self.undoing and self._is_cancelled():
            raise exception.Cancelled(operation_id=self.lease.operation_id)

    def _is_cancelled(self):
        try:
            return self._cancelled(self.lease.operation_id)
        except exception.Unavailable as error:
            # No reason to stop: the next look will tell.
            LOG.warning('operation %s: whether it is cancelled is not '
                        'known: %s', self.lease.operation_id, error)
            return False

    def pause(self, seconds):
        """Let time pass, as long as the work may go on."""
        end = clock() + seconds
        waiting.until(lambda: clock() >= end, seconds + 60, 'a pause',
                      poll_s=min(seconds, 0.2), most_s=0.2, stop=self.check)
