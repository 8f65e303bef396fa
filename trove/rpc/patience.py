# SPDX-License-Identifier: Apache-2.0
"""Waiting no longer for the broker than a caller has time.

A broker that is stopped, or cut off without a word, closes no connection: a
publication then waits for its confirmation, and a new connection for its
greeting, until the heartbeats of the messaging library are missed twice. The
library takes no deadline for that, so the caller leaves, and the thread that
it leaves behind ends when the library gives up.
"""

import threading
from concurrent import futures

from trove.common import exception


class BrokerSilent(exception.Unavailable):
    """The broker is there, but says nothing."""

    template = 'The message bus does not answer; try again.'


def within(patience_s, work):
    """What ``work()`` gives or raises, or BrokerSilent when it takes longer.

    Whether late work is still done then is not known.
    """
    outcome = futures.Future()
    threading.Thread(target=_run, args=(work, outcome), name='broker',
                     daemon=True).start()
    if not futures.wait([outcome], patience_s).done:
        raise BrokerSilent()
    return outcome.result()


def _run(work, outcome):
    try:
        outcome.set_result(work())
    except Exception as error:  # noqa: BLE001 - raised by who waits
        outcome.set_exception(error)
