# SPDX-License-Identifier: Apache-2.0
"""The guest's end of the link: listens on its own topic, casts to its outbox.

Every message is an envelope under the instance's own key. Numbers of what
was received are kept on the root disk, so that a restart of the agent lets
no old message be played again; so are the ids of calls, so that none of them
is done twice when its caller asks again.
"""

import collections
import json
import logging
import os
import threading
import time

from trove.common import exception
from trove.common import waiting
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import patience
from trove.rpc import repeats
from trove.rpc import transport
from trove.rpc import unanswered
from trove.rpc import versions

LOG = logging.getLogger(__name__)

_THREADS = 4

#: Seconds for which an answer is offered to a broker that refuses it.
_ANSWER_S = 10


#: Seconds for what is under way when the agent ends; systemd kills it after
#: 20 (see etc/guest/trove-guestagent.service).
_STOP_S = 8


class GuestLink:
    """Serves an endpoint to the control plane and reports to the conductor.

    ``state_path`` is a file on the root disk. The boot counter grows with
    every start, also when the file was lost with a rebuilt root disk, since
    it is never below the clock's seconds.
    """

    def __init__(self, conf, instance_id, key, key_id, state_path,
                 connection=None, exchange=None):
        self._conf = conf
        self._instance_id = instance_id
        self._key = key
        self._key_id = key_id
        self._state = _State(state_path)
        self._unanswered = unanswered.Unanswered(state_path + '.calls')
        self._repeats = repeats.Repeats(self._state.calls)
        self._connection = connection or transport.connect(conf)
        self._exchange = exchange or conf.guest_link.exchange
        self._conductor = transport.client(
            self._connection, broker_names.outbox(instance_id),
            exchange=self._exchange, retry=0, routed=True)
        self._lock = threading.Lock()
        self._number = 0
        self._trouble = None    # '': none; None: not known yet
        self._server = None
        self._endpoint = None
        self.refused = 0

    def serve(self, endpoint):
        """Begin to take messages for ``endpoint``'s public methods."""
        self._endpoint = endpoint
        self._server = transport.server(
            self._connection, broker_names.topic(self._instance_id),
            self._instance_id, [_Inbox(self._take)],
            exchange=self._exchange)
        self._server.start(_THREADS)

    def stop(self):
        """Take nothing more; what is being worked on ends first.

        It is not waited for for ever, nor is a broker that says nothing:
        who asked for what is left over is told by the agent's next life.
        """
        try:
            patience.within(_STOP_S, self._end)
        except (exception.Unavailable, *transport.MessagingError) as error:
            LOG.warning('the link is left as it is: %s', error)

    def _end(self):
        if self._server is not None:
            self._server.stop()
            self._server.wait()
        self._connection.cleanup()

    def tell_left(self, trouble=None):
        """Tell who still waits that the agent ended before it answered.

        ``trouble``: what is wrong now that it is back.
        """
        with self._lock:
            self._trouble = trouble or ''
            left, self._unanswered.left = self._unanswered.left, []
        for content in left:
            LOG.warning('the call %s was under way when the agent ended',
                        content['method'])
            self._tell_restarted(content)

    def heartbeat(self, document):
        """Report to the conductor; Unavailable when the broker is away, or
        has no outbox for us (yet, or any more: a conductor will make it).
        """
        self._send({'method': 'heartbeat',
                    'arguments': {'document': {
                        **document, 'api_version': versions.NEWEST}}})

    def _take(self, sealed):
        try:
            content = self._open(sealed)
        except envelope.Refused as error:
            self.refused += 1
            LOG.warning('a message was not taken: %s', error)
            return
        self._dispatch(content)

    def _open(self, sealed):
        envelope.check(sealed, self._conf.guest_link.max_message_bytes)
        if (sealed['instance'] != self._instance_id
                or sealed['key_id'] != self._key_id):
            raise envelope.Refused(reason='other-key')
        content = envelope.open_sealed(self._key, sealed, envelope.TO_GUEST)
        if not self._state.take(sealed['number'], content.get('call_id')):
            raise envelope.Refused(reason='replay')
        return content

    def _dispatch(self, content):
        call_id = content.get('call_id')
        if not call_id:
            self._do(content)
            return
        known = self._repeats.begin(call_id)
        if known is repeats.RUNNING:
            LOG.info('%s is asked again while it is being done',
                     content.get('method'))
        elif known is repeats.UNKNOWN:
            self._tell_restarted(content)
        elif known is not repeats.NEW:
            self._answer(content, *known)
        else:
            self._unanswered.begin(content)
            outcome = self._do(content)
            self._repeats.answered(call_id, outcome,
                                   len(json.dumps(outcome)))
            self._answer(content, *outcome)
            self._unanswered.end(content)

    def _do(self, content):
        """What came of it: (result, None) or (None, error)."""
        name = content.get('method')
        method = None
        if isinstance(name, str) and not name.startswith('_'):
            method = getattr(self._endpoint, name, None)
        try:
            if not callable(method):
                raise exception.NotSupported(feature='The call %r' % name,
                                             subject='this guest agent')
            return method(**content.get('arguments') or {}), None
        except exception.TroveError as raised:
            LOG.warning('%s failed: %s', name, raised)
            return None, {'code': raised.code, 'message': raised.message}
        except Exception as raised:  # the edge of RPC dispatch
            LOG.exception('%s failed', name)
            return None, {'code': 'internal_error', 'message':
                          '%s: %s' % (type(raised).__name__, raised)}

    def _tell_restarted(self, content):
        with self._lock:
            if self._trouble is None:       # it is not back altogether yet
                self._unanswered.left.append(content)
                return
        self._answer(content, None, {'code': unanswered.CODE,
                                     'message': self._trouble})

    def _answer(self, content, result, error):
        answer = {'method': 'answer', 'arguments': {
            'call_id': content['call_id'], 'inbox': content.get('inbox'),
            'result': result, 'error': error}}
        try:
            waiting.until(lambda: self._sent(answer), _ANSWER_S,
                          'sending an answer', poll_s=0.2)
        except exception.WaitTimeout as lost:
            LOG.warning('the answer to %s waits until it is asked for '
                        'again: %s', content.get('method'), lost)

    def _sent(self, content):
        try:
            self._send(content)
        except exception.Unavailable as error:
            LOG.info('not sent yet: %s', error)
            return False
        return True

    def _send(self, content):
        with self._lock:
            self._number += 1
            number = self._number
        sealed = envelope.seal(
            self._key, self._key_id, self._instance_id, envelope.FROM_GUEST,
            self._state.boot, number, content)
        try:
            self._conductor.cast({}, 'deliver', sealed=sealed)
        except transport.MessagingError as error:
            raise exception.Unavailable(
                'The broker does not take messages: %s' % error) from error


class _Inbox:
    """The only thing that RPC may call: no other method is in reach."""

    def __init__(self, take):
        self._take = take

    def deliver(self, ctxt, sealed):
        """Take one message of the control plane."""
        self._take(sealed)


class _State:
    """Boot counter, receive window and ids of calls, kept in a small file.

    A root disk that takes no more writes must not make the guest deaf: it
    goes on with what it has in memory, and says so.
    """

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        try:
            with open(path, encoding='utf-8') as file:
                kept = json.load(file)
        except FileNotFoundError:
            kept = {'boot': 0, 'highest': 0, 'bits': '0'}
        self.boot = max(kept['boot'] + 1, int(time.time()))
        self.calls = collections.deque(kept.get('calls', ()), repeats.KEPT)
        self._window = envelope.Window(kept['highest'],
                                       int(kept['bits'], 16))
        self._save()

    def take(self, number, call_id=None):
        """Note a number and the call that it brought; False if it is not
        new."""
        with self._lock:
            taken = self._window.take(number)
            if taken:
                if isinstance(call_id, str) and call_id not in self.calls:
                    self.calls.append(call_id[:repeats.LONGEST])
                self._save()
            return taken

    def _save(self):
        text = json.dumps({'boot': self.boot,
                           'highest': self._window.highest,
                           'bits': '%x' % self._window.bits,
                           'calls': list(self.calls)})
        part = self._path + '.part'
        try:
            with open(part, 'w', encoding='utf-8',
                      opener=lambda path, flags: os.open(path, flags, 0o600)
                      ) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path)
        except OSError as error:
            LOG.error('what was received cannot be written down, so that a '
                      'restart would forget it: %s', error)
