# SPDX-License-Identifier: Apache-2.0
"""TLS to a real RabbitMQ that asks for certificates; both sides look."""

import configparser
import types
from urllib import parse

import pytest

from trove.common import exception
from trove.rpc import broker as broker_room
from trove.rpc import broker_names
from trove.rpc import guest_server
from trove.rpc import transport
from trove.taskmanager import identity
from trove.tests.contract.link import test_guest_link
from trove.tests.fixtures import options


@pytest.fixture(scope='session')
def client(authority):
    """(certificate, key) that the broker knows."""
    return authority.issue('guest')


def tls_url(node, url, ca, certificate=None, key=None):
    """The URL at the TLS port; options of the driver may stand in it."""
    options = {'ssl': '1', 'ssl_ca_file': ca}
    if certificate:
        options.update(ssl_cert_file=certificate, ssl_key_file=key)
    return '%s?%s' % (url.replace(':%d' % node.port, ':%d' % node.tls_port),
                      parse.urlencode(options))


def a_link(control, conf, tmp_path, change):
    """The link of a new guest, its URL changed; and its id."""
    made = control.enrol()
    secrets = control.links.secrets[made]
    return made, guest_server.GuestLink(
        conf, made, secrets.key, secrets.key_id, str(tmp_path / 'state'),
        connection=transport.connect(conf, change(control.url_of(made))),
        exchange=broker_names.exchange(made))


@pytest.fixture
def speak(control, conf, node, tmp_path):
    """A new guest with these files reports once; gives its id."""
    def act(*files, change=lambda url: url):
        made, link = a_link(control, conf, tmp_path, lambda url: change(
            tls_url(node, url, *files)))
        link.heartbeat({'service_status': 'healthy'})
        return made
    return act


def test_a_guest_with_the_right_files_is_heard(control, speak, authority,
                                               client):
    made = speak(authority.file, *client)
    assert control.reports.of(made)[0][1] == 'healthy'


def test_a_broker_of_another_authority_is_not_spoken_to(speak, stranger,
                                                        client):
    with pytest.raises(exception.Unavailable, match='CERTIFICATE_VERIFY'):
        speak(stranger.file, *client)


def test_a_broker_under_another_name_is_not_spoken_to(speak, authority,
                                                      client):
    with pytest.raises(exception.Unavailable, match='CERTIFICATE_VERIFY'):
        speak(authority.file, *client, change=lambda url: url.replace(
            '@127.0.0.1', '@localhost'))


def test_each_node_of_a_cluster_is_asked_for_its_own_name(
        control, speak, authority, client):
    # The certificate is not good for the first node that is tried.
    def two(url):
        account = url.removeprefix('rabbit://').partition('@')[0]
        other = '%s@localhost:%s' % (
            account, parse.urlsplit(url).port)
        return url.replace('rabbit://', 'rabbit://%s,' % other)

    made = speak(authority.file, *client, change=two)
    assert control.reports.of(made)[0][1] == 'healthy'


def test_a_guest_without_a_certificate_is_not_let_in(speak, authority):
    with pytest.raises(exception.Unavailable):
        speak(authority.file)


def test_a_guest_with_a_certificate_of_a_stranger_is_not_let_in(
        speak, authority, stranger):
    with pytest.raises(exception.Unavailable):
        speak(authority.file, *stranger.issue('guest'))


def test_plain_text_is_not_let_in(control, conf, node, tmp_path):
    _, link = a_link(control, conf, tmp_path, lambda url: url.replace(
        ':%d' % node.port, ':%d' % node.tls_port))
    with pytest.raises(exception.Unavailable):
        link.heartbeat({'service_status': 'healthy'})


def test_a_service_without_an_authority_refuses_to_start(conf, node, plane):
    conf.set_override('ssl', True, 'oslo_messaging_rabbit')
    try:
        with pytest.raises(exception.ConfigError, match='ssl_ca_file'):
            transport.connect(conf, node.url)
    finally:
        conf.clear_override('ssl', 'oslo_messaging_rabbit')


def test_guests_without_an_authority_are_not_made(conf):
    conf.set_override('broker_ssl', True, 'guest_link')
    try:
        with pytest.raises(exception.ConfigError, match='broker_ca_file'):
            broker_room.Broker(conf)
    finally:
        conf.clear_override('broker_ssl', 'guest_link')


def test_the_control_plane_hands_a_guest_all_that_it_needs(
        control, speak, authority, client, tmp_path):
    """The files of a real order open the real door."""
    ours = options.make(
        guest_link__broker_ssl=True,
        guest_link__broker_ca_file=authority.file,
        guest_link__broker_client_cert_file=client[0],
        guest_link__broker_client_key_file=client[1])
    instance = types.SimpleNamespace(
        id='i', manager='m', version_number='1', project_id='p')
    files = identity.files(
        ours, instance, types.SimpleNamespace(key_id='k', key=b''),
        'rabbit://')
    places = {}
    for path, text in files.items():
        places[path] = tmp_path / path.rpartition('/')[2]
        places[path].write_text(text)
    parser = configparser.RawConfigParser()
    parser.read(places[identity.DIRECTORY + 'trove-guestagent.conf'])
    told = dict(parser['oslo_messaging_rabbit'])
    assert told.pop('ssl') == 'True'
    assert control.reports.of(speak(*(str(places[told[name]]) for name in (
        'ssl_ca_file', 'ssl_cert_file', 'ssl_key_file'))))


def test_a_guest_is_asked_over_tls_too(control, conf, node, authority,
                                       client, tmp_path):
    made, link = a_link(control, conf, tmp_path, lambda url: tls_url(
        node, url, authority.file, *client))
    link.serve(test_guest_link.Agent())
    try:
        control.guests.ping(made)
    finally:
        link.stop()
