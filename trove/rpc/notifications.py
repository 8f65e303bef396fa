# SPDX-License-Identifier: Apache-2.0
"""Events leave through oslo.messaging's notifier.

Which driver, topics and broker is the operator's choice in
[oslo_messaging_notifications]; without a driver nothing is ever sent, and so
nothing need be kept for sending.
"""

import oslo_messaging
from oslo_messaging import opts

from trove.common import exception

GROUP = 'oslo_messaging_notifications'


def register(conf):
    """Declare the library's options."""
    conf.register_opts(dict(opts.list_opts())[GROUP], group=GROUP)


def enabled(conf):
    """Whether anybody is to be told anything."""
    register(conf)
    return any(driver != 'noop' for driver in conf[GROUP].driver)


class NotTaken(exception.Unavailable):
    """The broker did not take an event."""

    template = 'The broker does not take events: %(reason)s.'


class Sender:
    """Sends events, one after the other, and knows whether they arrived."""

    def __init__(self, conf):
        register(conf)
        self._transport = _Witness(
            oslo_messaging.get_notification_transport(conf))
        self._notifier = oslo_messaging.Notifier(
            self._transport, publisher_id='taskmanager', retry=1)

    def send(self, told):
        """Hand one event to the broker, or raise NotTaken."""
        self._transport.error = None
        self._notifier.prepare(publisher_id=told.publisher).info(
            {}, told.event_type, told.payload)
        if self._transport.error is not None:
            raise NotTaken(reason=self._transport.error)


class _Witness:
    """A transport that keeps what goes wrong.

    The library's notifier logs an error and goes on, so that the event is
    lost to the broker and to us.
    """

    def __init__(self, transport):
        self._transport = transport
        self.error = None

    def __getattr__(self, name):
        return getattr(self._transport, name)

    def _send_notification(self, *args, **kwargs):
        try:
            self._transport._send_notification(*args, **kwargs)
        except Exception as error:  # the edge of the library
            self.error = error
            raise
