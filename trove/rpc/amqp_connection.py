# SPDX-License-Identifier: Apache-2.0
"""A bare AMQP connection to the broker that the messaging library uses.

For what the library has no words for: reading thousands of queues in one
thread. Address, TLS and heartbeat are those of the library's own options, in
the configuration or in the query of the URL.
"""

import socket
import ssl

import amqp
import oslo_messaging

from trove.rpc import living_nodes
from trove.rpc import transport

#: Seconds a connect, a reply or the rest of a frame may take.
_PATIENCE_S = 10


def connect(conf, url=None):
    """A connection to the first node that lets us in; else the last error
    (one of `transport.MessagingError`)."""
    transport.register(conf)
    place = oslo_messaging.TransportURL.parse(conf, url)
    options = conf.oslo_messaging_rabbit
    failed = OSError('The transport URL names no host.')
    for host in living_nodes.LATELY.order(place.hosts, _node):
        connection = amqp.Connection(
            host='%s:%d' % _node(host),
            userid=host.username, password=host.password,
            login_method=options.rabbit_login_method,
            virtual_host=place.virtual_host or '/',
            heartbeat=options.heartbeat_timeout_threshold,
            connect_timeout=_PATIENCE_S,
            # A busy broker may stop to read for a while. The library takes
            # one that does for dead after a second, by default.
            socket_settings={socket.TCP_USER_TIMEOUT: 1000 * _PATIENCE_S},
            ssl=_tls(options, place.query, host.hostname))
        try:
            if len(place.hosts) > 1:
                living_nodes.knock(_node(host))
            connection.connect()
        except transport.MessagingError as error:
            connection.collect()
            living_nodes.LATELY.failed(_node(host))
            failed = error
            continue
        living_nodes.LATELY.lives(_node(host))
        # A node that stalls in the middle of a frame may not hold us.
        connection.sock.settimeout(_PATIENCE_S)
        return connection
    raise failed


def _node(host):
    return host.hostname, host.port or transport.PORT


def _tls(options, query, name):
    def told(option):
        return query.get(option, options[option])

    if str(told('ssl')).lower() not in ('1', 'true', 'yes', 'on'):
        return False
    return {'ca_certs': told('ssl_ca_file'), 'cert_reqs': ssl.CERT_REQUIRED,
            'server_hostname': name,
            **{name: file for name, file in (
                ('certfile', told('ssl_cert_file')),
                ('keyfile', told('ssl_key_file'))) if file}}
