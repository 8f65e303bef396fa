# SPDX-License-Identifier: Apache-2.0
"""The conductor's topic, where it learns of new guests; and its relay.

What guests say comes by their outboxes (`trove.rpc.outboxes`). The topic is
on the services' own exchange, which no guest reaches.

1.0  made(instance_id): there is a new guest, or may be; look at the row
"""

import logging
import re

from trove.common import exception
from trove.rpc import transport

LOG = logging.getLogger(__name__)

_CALL_ID_MOST = 64

_INBOX = re.compile(r'[A-Za-z0-9_.-]{1,128}')


class Relay:
    """Hands a guest's answer to the process that waits for it."""

    def __init__(self, conf, connection):
        self._client = transport.client(connection, conf.answers_queue,
                                        retry=1)

    def answer(self, instance_id, inbox, call_id, result, error):
        """Cast to one inbox; Unavailable when the broker is away."""
        if not isinstance(inbox, str) or not _INBOX.fullmatch(inbox):
            raise exception.BadRequest('The answer names no inbox.')
        if not isinstance(call_id, str) or len(call_id) > _CALL_ID_MOST:
            raise exception.BadRequest('The answer is to no call.')
        try:
            self._client.prepare(server=inbox).cast(
                {}, 'answer', instance_id=instance_id, call_id=call_id,
                result=result, error=error)
        except transport.MessagingError as lost:
            raise exception.Unavailable(
                'The answer cannot be passed on: %s' % lost) from lost


class Client:
    """Tells all conductors at once."""

    def __init__(self, conf, connection):
        self._client = transport.client(connection, conf.conductor_queue,
                                        retry=0)

    def made(self, instance_id):
        """There is a new guest to be listened to. What gets lost is made
        good by the conductors' sweep."""
        try:
            self._client.prepare(fanout=True).cast(
                {}, 'made', instance_id=instance_id)
        except transport.MessagingError as error:
            LOG.warning('instance %s was not announced (%s); the conductors '
                        'will find it', instance_id, error)


def serve(conf, connection, name, endpoint):
    """A server that hands ``made`` to ``endpoint``; start and stop it."""
    return transport.server(connection, conf.conductor_queue, name,
                            [endpoint])
