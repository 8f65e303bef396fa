# SPDX-License-Identifier: Apache-2.0
"""Long work, one at a time, beside the thread that answers calls."""

import logging
import queue
import threading

LOG = logging.getLogger(__name__)


class Jobs:
    """A worker thread and the jobs that wait for it."""

    def __init__(self):
        self._waiting = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name='jobs',
                                        daemon=True)

    def start(self):
        """Begin to work."""
        self._thread.start()

    def submit(self, name, work):
        """Do ``work`` after what waits already."""
        self._waiting.put((name, work))

    def stop(self):
        """Take no new job. A running one is not waited for: jobs go on from
        where they stand when the agent is started again."""
        self._waiting.put(None)

    def _run(self):
        while (job := self._waiting.get()) is not None:
            name, work = job
            try:
                work()
            except Exception:  # the edge of a loop
                LOG.exception('job %s failed', name)
