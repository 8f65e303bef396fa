# SPDX-License-Identifier: Apache-2.0
"""The inbox of one process for what guests answer, and who waits there."""

import contextlib
import contextvars
import logging
import os
import socket
import threading
import time
import uuid

from trove.common import exception
from trove.rpc import patience
from trove.rpc import transport

LOG = logging.getLogger(__name__)

#: Seconds between two questions whether the caller still waits.
_ASK_S = 0.25

_leaving: contextvars.ContextVar = contextvars.ContextVar('leaving',
                                                          default=None)


@contextlib.contextmanager
def leaving(check):
    """Who waits in the block for a guest asks ``check()`` now and then.

    It may raise, and the answer is waited for no longer. The guest goes on:
    whoever carries the work on asks it the same again.
    """
    token = _leaving.set(check)
    try:
        yield
    finally:
        _leaving.reset(token)


class GuestBusy(exception.Unprocessable):
    """Too many wait for this guest already."""

    template = ('Other requests wait for the guest of instance '
                '%(instance_id)s; try again when they are answered.')


class Answers:
    """The inbox of this process for answers of guests.

    An answer counts only if the conductor says that it came from the very
    instance that was asked.
    """

    def __init__(self, conf, connection):
        self._conf = conf
        self._connection = connection
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._server = None
        self._waiting = {}
        self.inbox = None

    def expect(self, instance_id):
        """A new call id and the event that its answer will set.

        A guest that hangs holds up only so many of this process's threads;
        who comes later is told at once (GuestBusy).
        """
        self._ensure_server()
        call_id = uuid.uuid4().hex
        slot = _Slot(instance_id)
        with self._lock:
            waiting = sum(one.instance_id == instance_id
                          for one in self._waiting.values())
            if waiting >= self._conf.agent_calls_at_once:
                raise GuestBusy(instance_id=instance_id)
            self._waiting[call_id] = slot
        return call_id, slot

    def forget(self, call_id):
        """Nobody waits for this answer any more."""
        with self._lock:
            self._waiting.pop(call_id, None)

    def _take(self, instance_id, call_id, result, error):
        with self._lock:
            slot = self._waiting.get(call_id)
        if slot is None or slot.instance_id != instance_id:
            # Of a change that was answered as accepted nobody else tells.
            LOG.log(logging.WARNING if error else logging.INFO,
                    'an answer of instance %s that nobody waits for was '
                    'dropped: %s', instance_id, _outcome(error))
            return
        slot.fill(result, error)

    def stop(self):
        """Close the inbox."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
            server.wait()

    def _ensure_server(self):
        if self._server is None:
            patience.within(self._conf.agent_call_low_timeout, self._open)

    def _open(self):
        # Who opens it may wait long for the broker: answers have a lock of
        # their own.
        with self._opening:
            if self._server is not None:
                return
            # Named at the first call: a WSGI server may fork before it.
            inbox = '%s-%s-%s' % (
                socket.gethostname(), os.getpid(), uuid.uuid4().hex[:8])
            server = transport.server(
                self._connection, self._conf.answers_queue, inbox,
                [_Inbox(self._take)])
            server.start()
            self.inbox, self._server = inbox, server


def _outcome(error):
    """One word of what a guest, who is not trusted, has told."""
    if not error:
        return 'done'
    code = error.get('code') if isinstance(error, dict) else None
    return 'failed, %.64s' % (code if isinstance(code, str) and
                              code.isidentifier() else 'for no known reason')


class _Inbox:
    """The only thing that RPC may call: no other method is in reach."""

    def __init__(self, take):
        self._take = take

    def answer(self, ctxt, instance_id, call_id, result, error):
        """Take an answer that the conductor has authenticated."""
        self._take(instance_id, call_id, result, error)


class _Slot:
    def __init__(self, instance_id):
        self.instance_id = instance_id
        self.result = None
        self.error = None
        self.filled = threading.Event()

    def fill(self, result, error):
        self.result, self.error = result, error
        self.filled.set()

    def wait(self, timeout_s):
        """Whether it was filled in that time; ends as `leaving` says."""
        check = _leaving.get()
        if check is None:
            return self.filled.wait(timeout_s)
        deadline = time.monotonic() + timeout_s
        while not self.filled.wait(
                min(_ASK_S, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                return False
            check()
        return True
