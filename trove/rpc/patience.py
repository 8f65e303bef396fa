# SPDX-License-Identifier: Apache-2.0
"""Waiting no longer for the broker than a caller has time.

A broker that is stopped, or cut off without a word, closes no connection: a
publication then waits for its confirmation, and a new connection for its
greeting, until the heartbeats of the messaging library are missed twice. The
library takes no deadline for that, so the caller leaves, and the thread that
it leaves behind ends when the library gives up.
"""

import threading

from trove.common import exception


class BrokerSilent(exception.Unavailable):
    """The broker is there, but says nothing."""

    template = 'The message bus does not answer; try again.'


def within(patience_s, work):
    """What ``work()`` gives or raises, or BrokerSilent when it takes longer.

    Whether late work is still done then is not known.
    """
    outcome = _Outcome(work)
    threading.Thread(target=outcome.run, name='broker', daemon=True).start()
    if not outcome.known.wait(patience_s):
        raise BrokerSilent()
    if outcome.error is not None:
        raise outcome.error
    return outcome.result


class _Outcome:
    def __init__(self, work):
        self._work = work
        self.known = threading.Event()
        self.result = self.error = None

    def run(self):
        try:
            self.result = self._work()
        except Exception as error:  # noqa: BLE001 - raised by who waits
            self.error = error
        finally:
            self.known.set()
