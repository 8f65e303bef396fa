# SPDX-License-Identifier: Apache-2.0
"""What the control plane may ask of a guest (versions: `trove.rpc.versions`).

On the wire there is one method, ``deliver``, whose argument is an envelope
(see `trove.rpc.envelope`). A guest never answers through oslo.messaging's
reply queue, because it would need the default exchange: its answer travels to
the conductor, which hands it to the process that waits (topic of answers).
"""

import base64
import logging
import time
import typing

from trove.common import exception
from trove.rpc import broker_names
from trove.rpc import envelope
from trove.rpc import guest_accounts
from trove.rpc import guest_changes
from trove.rpc import guest_extras
from trove.rpc import patience
from trove.rpc import transport
from trove.rpc import unanswered
from trove.rpc import versions

LOG = logging.getLogger(__name__)

#: Longest word of a guest about a failure that is passed on.
_LONGEST = 4000

#: The longest pause before a guest is asked once more.
_PAUSE_MOST_S = 40


class NoQueue(exception.Unavailable):
    """The broker would drop what is sent to the guest."""

    template = 'The guest of instance %(instance_id)s has no queue.'


class GuestTooOld(exception.Unprocessable):
    """The guest speaks an older version than the request needs."""

    template = ('The guest of instance %(instance_id)s speaks version '
                '%(speaks)s; this needs %(needs)s. Upgrade the instance.')


class Links(typing.Protocol):
    """What a GuestClient needs to know of guests; kept by the database."""

    def outgoing(self, instance_id):
        """(key, key id, next number) for a message to the instance."""

    def speaks(self, instance_id):
        """The interface version that the guest last reported, or None."""


class GuestClient(guest_accounts.Accounts, guest_changes.Changes,
                  guest_extras.Extras):
    """Casts to and calls guests, each under its own key."""

    def __init__(self, conf, connection, links, answers):
        self._conf = conf
        self._connection = connection
        self._links = links
        self._answers = answers

    # --- 1.0

    def prepare(self, order):
        """Tell a new guest what to become (`objects.order.Prepare`).

        Repeating the same order is harmless, and the caller does so until
        a heartbeat names the order's operation. What a guest must not leave
        out goes beside the order: an older one is not asked at all.
        """
        facts = order.to_dict()
        beside = {name: facts.pop(name) for name in ('tls', 'adopt')}
        self._cast(order.instance_id, 'prepare', order=facts, **{
            name: given for name, given in beside.items() if given})

    def stop_db(self, instance_id, timeout_s=None):
        """Stop the engine; returns when it is down."""
        self._call(instance_id, 'stop_db',
                   timeout_s or self._conf.agent_call_low_timeout)

    def get_filesystem_stats(self, instance_id):
        """Sizes of the data's file system in GB: total, used, available."""
        return self._call(instance_id, 'get_filesystem_stats',
                          self._conf.agent_call_low_timeout)

    def ping(self, instance_id):
        """Return when the guest has answered."""
        self._call(instance_id, 'ping', self._conf.agent_call_low_timeout)

    # --- 1.1

    def rotate_link(self, instance_id, key_id, key, broker_url):
        """Hand a guest the key and broker user that follow.

        It writes them down, answers, and restarts its agent, which from
        then on knows nothing else. The engine runs on.
        """
        self._call(instance_id, 'rotate_link',
                   self._conf.agent_call_low_timeout, key_id=key_id,
                   key=base64.b64encode(key).decode(), broker_url=broker_url)

    def update_overrides(self, instance_id, overrides):
        """Replace the values of the tenant's group in the guest's files."""
        self._call(instance_id, 'update_overrides',
                   self._conf.agent_call_low_timeout, overrides=overrides)

    def apply_overrides(self, instance_id, overrides):
        """Set values in the running engine, all or none."""
        return self._call(instance_id, 'apply_overrides',
                          self._conf.agent_call_high_timeout,
                          overrides=overrides)

    # --- how

    def _cast(self, instance_id, method, **arguments):
        self._send(instance_id, {'method': method, 'arguments': arguments})

    def _call(self, instance_id, method, timeout_s, **arguments):
        call_id, slot = self._answers.expect(instance_id)
        content = {'method': method, 'arguments': arguments,
                   'call_id': call_id, 'inbox': self._answers.inbox}
        try:
            self._ask_until(instance_id, content, slot, timeout_s)
        finally:
            self._answers.forget(call_id)
        if slot.error:
            raise _failure(instance_id, slot.error)
        return slot.result

    def _ask_until(self, instance_id, content, slot, timeout_s):
        """Ask until the slot is filled; GuestSilent when time is up, or
        GuestUnreached if nothing was put into its queue at the last try."""
        speaks, queued = self._put(instance_id, content)
        deadline = time.monotonic() + timeout_s
        # Twice at least, however short the patience.
        pause_s = min(self._conf.agent_resend_interval, timeout_s / 2)
        once = versions.number(speaks) < versions.number(versions.REPEATS)
        while not slot.wait(min(
                timeout_s if queued and once else pause_s,
                deadline - time.monotonic())):
            if time.monotonic() >= deadline:
                silent = (exception.GuestSilent if queued
                          else exception.GuestUnreached)
                raise silent(instance_id=instance_id, timeout_s=timeout_s)
            queued = self._put_again(instance_id, content, once)
            pause_s = min(2 * pause_s, _PAUSE_MOST_S)

    def _put(self, instance_id, content):
        """(what the guest speaks, whether there is a queue of its)."""
        try:
            return self._send(instance_id, content, routed=True), True
        except NoQueue as error:
            LOG.info('%s: %s', content['method'], error)
            return error.facts['speaks'], False

    def _put_again(self, instance_id, content, once):
        try:
            return self._put(instance_id, content)[1]
        except exception.Unavailable as error:
            if once:
                raise       # it may be in the queue all the same
            LOG.info('%s: not asked again yet: %s', content['method'], error)
            return False

    def _send(self, instance_id, content, routed=False):
        needs = versions.needed(content['method'], content['arguments'])
        # A guest that has not said what it speaks may be the oldest.
        speaks = self._links.speaks(instance_id) or versions.OLDEST
        if versions.number(speaks) < versions.number(needs):
            raise GuestTooOld(instance_id=instance_id, speaks=speaks,
                              needs=needs)
        key, key_id, number = self._links.outgoing(instance_id)
        sealed = envelope.seal(key, key_id, instance_id, envelope.TO_GUEST,
                               0, number, content)
        client = transport.client(
            self._connection, broker_names.topic(instance_id),
            exchange=self._conf.guest_link.exchange, routed=routed)
        try:
            patience.within(
                self._conf.agent_call_low_timeout, lambda: client.cast(
                    {}, 'deliver', sealed=sealed))
        except transport.Undeliverable as error:
            raise NoQueue(instance_id=instance_id, speaks=speaks) from error
        except transport.MessagingError as error:
            raise exception.Unavailable(
                'The message bus is away; try again.') from error
        return speaks


def _failure(instance_id, error):
    """What a guest calls an error, of whatever shape it is."""
    told = error if isinstance(error, dict) else {'message': error}
    code = told.get('code')
    said = str(told.get('message') or '').strip()[:_LONGEST]
    if code == unanswered.CODE:
        return exception.GuestRestarted(instance_id=instance_id,
                                        trouble=said and said + ' ')
    return exception.GuestFailed(
        str(told.get('message'))[:_LONGEST],
        guest_code=code if isinstance(code, str) else None)
