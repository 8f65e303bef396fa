# SPDX-License-Identifier: Apache-2.0
"""What guests may say. The sender is whoever's key opened the message."""

import collections
import logging
import threading

from trove.common import exception
from trove.conductor import reports
from trove.rpc import envelope

LOG = logging.getLogger(__name__)


class Endpoint:
    """Opens envelopes of guests and acts on what is inside.

    ``links`` knows the keys: `key(instance_id, key_id)` gives one that may
    be a minute old, `hold` says whether it is good now, `opened` is told
    that a message opened under it; each raises NotFound. Nothing a guest
    sends can raise out of `deliver`; what is not taken is counted by reason
    in ``counters``.
    """

    def __init__(self, conf, links, writer, relay, buckets):
        self._conf = conf
        self._links = links
        self._writer = writer
        self._relay = relay
        self._buckets = buckets
        self._lock = threading.Lock()
        self.counters = collections.Counter()
        self._methods = {'heartbeat': self._heartbeat,
                         'answer': self._answer}

    def deliver(self, ctxt, sealed):
        """Take one message of a guest (called by RPC)."""
        try:
            reason = self._take(sealed)
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
        with self._lock:
            self.counters[reason] += 1

    def _take(self, sealed):
        envelope.check(sealed, self._conf.guest_link.max_message_bytes)
        instance_id = sealed['instance']
        key = self._links.key(instance_id, sealed['key_id'])
        content = envelope.open_sealed(key, sealed, envelope.FROM_GUEST)
        if not self._buckets.take(instance_id):
            raise envelope.Refused(reason='too-many')
        self._links.opened(instance_id, sealed['key_id'])
        method = self._methods.get(content.get('method'))
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
