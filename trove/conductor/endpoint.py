# SPDX-License-Identifier: Apache-2.0
"""What guests may say. The sender is whoever's key opened the message, and
whose outbox it came by."""

import collections
import functools
import logging
import threading

from trove.common import exception
from trove.conductor import reports
from trove.rpc import casts
from trove.rpc import envelope

LOG = logging.getLogger(__name__)

#: What JSON and base64 may add to the sealed content.
_WRAPPING = 2


class Endpoint:
    """Opens envelopes of guests and acts on what is inside.

    ``links`` knows the keys: `known(instance_id, key_id)` without asking
    the database, `key` by asking it; `hold` says whether one is good now,
    `opened` is told that a message opened under it. Nothing a guest sends
    can raise out of `deliver`; what is not taken is counted by reason in
    ``counters``.

    `deliver` is for the one thread that reads all outboxes, so all that may
    wait for database or broker is left to ``turns``.
    """

    def __init__(self, conf, links, writer, relay, buckets, turns):
        self._conf = conf
        self._links = links
        self._writer = writer
        self._relay = relay
        self._buckets = buckets
        self._turns = turns
        self._lock = threading.Lock()
        self.counters = collections.Counter()

    def deliver(self, instance_id, body):
        """Take one message that came by the outbox of an instance.

        Gives the seconds for which it has used up its allowance.
        """
        if not self._buckets.take(instance_id, len(body)):
            self._count('too-many')
            return self._buckets.wait_s(instance_id)
        self._guarded(functools.partial(self._open, instance_id, body))
        return 0

    def _open(self, instance_id, body):
        most = self._conf.guest_link.max_message_bytes
        if len(body) > most * _WRAPPING:
            raise envelope.Refused(reason='too-large')
        sealed = casts.argument(body, 'sealed')
        envelope.check(sealed, most)
        if sealed['instance'] != instance_id:
            raise envelope.Refused(reason='other-outbox')
        known = self._links.known(instance_id, sealed['key_id'])
        if known is None:
            return self._later(instance_id, self._ask, sealed)
        key, is_next = known
        content = envelope.open_sealed(key, sealed, envelope.FROM_GUEST)
        if is_next or content.get('method') != 'heartbeat':
            return self._later(instance_id, self._act, sealed, content)
        return self._act(sealed, content)

    # --- in turn, where it may take a while

    def _later(self, instance_id, work, *arguments):
        if not self._turns.put(instance_id, functools.partial(
                self._guarded, functools.partial(work, *arguments))):
            raise envelope.Refused(reason='unavailable')

    def _ask(self, sealed):
        key = self._links.key(sealed['instance'], sealed['key_id'])
        return self._act(sealed, envelope.open_sealed(
            key, sealed, envelope.FROM_GUEST))

    def _act(self, sealed, content):
        instance_id, key_id = sealed['instance'], sealed['key_id']
        self._links.opened(instance_id, key_id)
        method = {'heartbeat': self._heartbeat,
                  'answer': self._answer}.get(content.get('method'))
        arguments = content.get('arguments')
        if method is None or not isinstance(arguments, dict):
            raise envelope.Refused(reason='unknown-method')
        method(sealed, arguments)
        return 'taken'

    def _heartbeat(self, sealed, arguments):
        self._writer.put(sealed['instance'],
                         reports.parse(arguments.get('document')),
                         sealed['boot'], sealed['number'], sealed['key_id'])

    def _answer(self, sealed, arguments):
        # Played again it does no harm: a call takes one answer.
        self._links.hold(sealed['instance'], sealed['key_id'])
        self._relay.answer(sealed['instance'], arguments.get('inbox'),
                           arguments.get('call_id'), arguments.get('result'),
                           arguments.get('error'))

    # --- what became of it

    def _guarded(self, work):
        try:
            reason = work()
        except envelope.Refused as error:
            reason = error.reason
        except exception.NotFound:
            reason = 'unknown-instance'
        except exception.BadRequest as error:
            LOG.info('a message of a guest made no sense: %s', error)
            reason = 'malformed'
        except exception.Unavailable as error:
            LOG.warning('a message of a guest was dropped: %s', error)
            reason = 'unavailable'
        except Exception:  # the edge of RPC dispatch
            LOG.exception('a message of a guest was dropped')
            reason = 'error'
        if reason:
            self._count(reason)

    def _count(self, reason):
        with self._lock:
            self.counters[reason] += 1
