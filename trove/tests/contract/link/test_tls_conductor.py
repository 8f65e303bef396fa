# SPDX-License-Identifier: Apache-2.0
"""The conductor's own reader of outboxes over TLS; both sides look.

It speaks AMQP without the messaging library, so what that does about
certificates says nothing about this one.
"""

import ssl

import pytest

from trove.common import waiting
from trove.rpc import amqp_connection
from trove.rpc import outboxes
from trove.rpc import transport
from trove.tests.contract.link import test_conductors
from trove.tests.contract.link import test_guest_link
from trove.tests.contract.link import test_tls


@pytest.fixture(scope='session')
def mine(authority):
    """(certificate, key) of a conductor that the broker knows."""
    return authority.issue('conductor')


@pytest.fixture
def connect(conf, node):
    """Connect with these files; whoever gets in is let go at the end."""
    made = []

    def act(*files, change=lambda url: url):
        made.append(amqp_connection.connect(conf, change(
            test_tls.tls_url(node, node.url, *files))))
        # A broker may refuse a certificate after the handshake is over.
        made[-1].channel()
        return made[-1]
    yield act
    for one in made:
        one.collect()


def test_the_right_files_let_it_in(connect, authority, mine):
    assert connect(authority.file, *mine).connected


def test_a_broker_of_another_authority_is_not_spoken_to(connect, stranger,
                                                        mine):
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(stranger.file, *mine)


def test_a_broker_under_another_name_is_not_spoken_to(connect, authority,
                                                      mine):
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(authority.file, *mine, change=lambda url: url.replace(
            '@127.0.0.1', '@localhost'))


def test_without_a_certificate_it_is_not_let_in(connect, authority):
    with pytest.raises(transport.MessagingError):
        connect(authority.file)


def test_a_certificate_of_a_stranger_is_not_let_in(connect, authority,
                                                   stranger):
    with pytest.raises(transport.MessagingError):
        connect(authority.file, *stranger.issue('conductor'))


def test_plain_text_is_not_let_in(conf, node):
    with pytest.raises(transport.MessagingError):
        amqp_connection.connect(conf, node.url.replace(
            ':%d' % node.port, ':%d' % node.tls_port))


def test_what_came_in_one_piece_is_read_at_once(control, conf, node, boot,
                                                connect, authority, mine):
    """TLS decrypts more than one message at a time; what it holds already
    announces itself by nothing."""
    made = control.enrol()
    link = boot(made, test_guest_link.Agent())
    control.outboxes.stop()     # the reader of the other tests
    read = []
    reader = outboxes.Outboxes(
        conf, lambda instance_id, body: read.append(instance_id) or 0,
        lambda: None, lambda: connect(authority.file, *mine))
    try:
        for _ in range(9):
            link.heartbeat({'service_status': 'healthy'})
        reader.start()
        reader.read([made])
        waiting.until(lambda: len(read) == 9, 2, 'all nine', poll_s=0.01)
    finally:
        reader.stop()
        control.read_again()


def test_a_real_conductor_is_told_by_its_options(conf, node, plane, tmp_path,
                                                 cleaners, authority, mine):
    """Its library connections and its reader take the same options."""
    processes = test_conductors.Processes(conf, node, plane.broker, tmp_path)
    try:
        made = processes.enrol()
        processes.start_conductor(
            node.url.replace(':%d' % node.port, ':%d' % node.tls_port),
            '[oslo_messaging_rabbit]', 'ssl = true',
            'ssl_ca_file = ' + authority.file,
            'ssl_cert_file = ' + mine[0], 'ssl_key_file = ' + mine[1])
        processes.say(1)
        waiting.until(lambda: processes.heard(1), 10, 'the report')
        processes.client.ping(made)
    finally:
        processes.close()
        for link in processes.guests.values():
            cleaners(link.stop)
