# SPDX-License-Identifier: Apache-2.0
"""Work that is done now and then, whatever has gone wrong the last time."""

import contextlib
import logging
import threading

from trove.common import exception


class Periodic:
    """Does `work` each time `pause_s` is over, in a thread of its own.

    ``name`` is the thread's; ``trouble`` says what it means when it fails.
    """

    name: str
    trouble: str

    def __init__(self):
        self._ended = threading.Event()
        self._loop = threading.Thread(target=self._run, daemon=True,
                                      name=self.name)

    def start(self):
        """Begin, with a pause."""
        self._loop.start()

    def stop(self):
        """Do it no more; what is under way is not waited for."""
        self._ended.set()

    def pause_s(self):
        """Seconds until it is done again."""
        raise NotImplementedError

    def work(self):
        """Do it once, if it is due."""
        raise NotImplementedError

    def _run(self):
        log = logging.getLogger(type(self).__module__)
        while not self._ended.wait(self.pause_s()):
            with edge(log, self.trouble):
                self.work()


@contextlib.contextmanager
def edge(log, trouble):
    """Nothing that is raised in the block ends the loop around it.

    A service that is away is told in a line; what nobody has foreseen, with
    where it happened.
    """
    try:
        yield
    except exception.TroveError as error:
        log.warning('%s: %s', trouble, error)
    except Exception:  # the edge of a periodic loop
        log.exception(trouble)
