# SPDX-License-Identifier: Apache-2.0
"""The conductor's topic, on the guests' exchange, and what it passes on.

1.0  deliver(sealed): one envelope of a guest. Inside, the methods
     heartbeat(document) and answer(call_id, inbox, result, error)
"""

import re

from trove.common import exception
from trove.rpc import transport

_INBOX = re.compile(r'[A-Za-z0-9_.-]{1,128}')


class Relay:
    """Hands a guest's answer to the process that waits for it."""

    def __init__(self, conf, connection):
        self._client = transport.client(connection, conf.answers_queue,
                                        retry=0)

    def answer(self, instance_id, inbox, call_id, result, error):
        """Cast to one inbox; Unavailable when the broker is away."""
        if not isinstance(inbox, str) or not _INBOX.fullmatch(inbox):
            raise exception.BadRequest('The answer names no inbox.')
        try:
            self._client.prepare(server=inbox).cast(
                {}, 'answer', instance_id=instance_id, call_id=call_id,
                result=result, error=error)
        except transport.MessagingError as lost:
            raise exception.Unavailable(
                'The answer cannot be passed on: %s' % lost) from lost


def serve(conf, connection, name, endpoint):
    """A server that hands ``deliver`` to ``endpoint``."""
    return transport.server(connection, conf.conductor_queue, name,
                            [endpoint], exchange=conf.guest_link.exchange)
