# SPDX-License-Identifier: Apache-2.0
"""Transport, targets, clients and servers of oslo.messaging.

Nothing named in a message is ever imported: no exception class of ours
travels back (``allowed_remote_exmods`` is empty), and arguments are JSON.
oslo.messaging reads some options from the process-wide ``cfg.CONF`` only, so
services hand in that one.
"""

import amqp.exceptions
import oslo_messaging
from kombu import exceptions as kombu_errors
from oslo_messaging import exceptions
from oslo_messaging import opts

from trove.common import exception
from trove.rpc import living_nodes
from trove.rpc import named_nodes

#: What a cast raises when the broker does not take it: where no connection
#: was made before, the libraries below let their own errors through.
MessagingError = (exceptions.MessagingException,
                  exceptions.MessageUndeliverable, kombu_errors.KombuError,
                  amqp.exceptions.AMQPError, OSError)

#: There is no queue for what was sent ``routed``.
Undeliverable = exceptions.MessageUndeliverable

_EXCHANGE = 'trove'

#: Where a broker listens that is named without a port.
PORT = 5672

_RABBIT = 'oslo_messaging_rabbit'

#: Messages the broker hands out ahead of their acknowledgement. Without a
#: bound a flood would pile up in the memory of whoever reads the queue.
_AHEAD = 200

#: Seconds between two tries to reach a broker that has been away for long.
_RETRY_MOST_S = 3


class BrokerDown(exception.Unavailable):
    """No node of the broker can be connected to."""

    template = 'No connection to %(nodes)s: %(reason)s.'


def connect(conf, url=None):
    """An RPC transport; connections are made when first needed."""
    register(conf)
    if conf[_RABBIT].ssl and not conf[_RABBIT].ssl_ca_file:
        # The library would then take any certificate.
        raise exception.ConfigError(
            'Set [oslo_messaging_rabbit] ssl_ca_file (the system\'s '
            'certificates are in /etc/ssl/certs/ca-certificates.crt): TLS '
            'without a look at the certificate keeps nobody out.')
    return oslo_messaging.get_rpc_transport(
        conf, url=url, allowed_remote_exmods=[])


def register(conf):
    """Make the options of the messaging library known, with our defaults."""
    oslo_messaging.set_transport_defaults(_EXCHANGE)
    named_nodes.register()
    for group, options in opts.list_opts():
        if group == _RABBIT:
            conf.register_opts(options, group=group)
            conf.set_default('rabbit_qos_prefetch_count', _AHEAD, group)
            conf.set_default('rabbit_interval_max', _RETRY_MOST_S, group)


def reach(conf):
    """Raise BrokerDown unless a node of the broker takes connections."""
    url = oslo_messaging.TransportURL.parse(conf)
    nodes = [(host.hostname, host.port or PORT) for host in url.hosts
             if host.hostname]
    trouble = None
    for node in living_nodes.LATELY.order(nodes):
        try:
            living_nodes.knock(node)
        except OSError as error:
            living_nodes.LATELY.failed(node)
            trouble = error
        else:
            return
    if nodes:
        raise BrokerDown(nodes=', '.join(name for name, _ in nodes),
                         reason=trouble)


def client(transport, topic, exchange=None, retry=1, routed=False):
    """A client that casts to ``topic``.

    ``retry`` 1: a broker that is away is an error after one more try, not a
    wait without end. ``routed``: a message for which there is no queue is
    an error too; the broker else drops it in silence.
    """
    target = oslo_messaging.Target(topic=topic, exchange=exchange,
                                   version='1.0')
    return oslo_messaging.get_rpc_client(
        transport, target, retry=retry,
        transport_options=oslo_messaging.TransportOptions(
            at_least_once=True) if routed else None)


def server(transport, topic, name, endpoints, exchange=None):
    """A server for ``topic``, addressed as ``name`` among its fellows."""
    target = oslo_messaging.Target(topic=topic, server=name,
                                   exchange=exchange)
    return oslo_messaging.get_rpc_server(
        transport, target, endpoints,
        access_policy=oslo_messaging.DefaultRPCAccessPolicy)
