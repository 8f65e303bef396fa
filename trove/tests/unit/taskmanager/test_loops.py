# SPDX-License-Identifier: Apache-2.0
"""A loop outlives what goes wrong in it, and tells of it."""

import logging
import threading

from trove.common import exception
from trove.taskmanager import loops

LOG = logging.getLogger(__name__)


class Failing(loops.Periodic):
    """Fails each time, and stops itself the third time."""

    name = 'failing'
    trouble = 'it did not work'

    def __init__(self):
        super().__init__()
        self.left = 3
        self.over = threading.Event()

    def pause_s(self):
        return 0

    def work(self):
        self.left -= 1
        if not self.left:
            self.stop()
            self.over.set()
        raise ZeroDivisionError(self.left)


def test_work_is_done_again_after_it_has_failed():
    failing = Failing()
    failing.start()
    assert failing.over.wait(10)
    failing._loop.join(10)
    assert not failing._loop.is_alive()
    assert failing.left == 0


def test_a_service_that_is_away_is_told_in_a_line(caplog):
    with loops.edge(LOG, 'it waits'):
        raise exception.Unavailable('The bus is away.')
    [told] = caplog.records
    assert told.getMessage() == 'it waits: The bus is away.'
    assert told.exc_info is None


def test_what_nobody_has_foreseen_is_told_with_its_place(caplog):
    with loops.edge(LOG, 'it waits'):
        raise ZeroDivisionError()
    [told] = caplog.records
    assert told.getMessage() == 'it waits'
    assert told.exc_info[0] is ZeroDivisionError
