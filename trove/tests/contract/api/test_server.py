# SPDX-License-Identifier: Apache-2.0
"""The HTTP server of trove-api on a loopback port."""

import http.client
import json
import socket
import threading
from urllib import parse

import pytest

from trove.api import server
from trove.tests.fixtures import api


@pytest.fixture
def connection(service, serve):
    """A connection to the API."""
    address = parse.urlsplit(serve(service.app)).netloc
    made = http.client.HTTPConnection(address, timeout=10)
    yield made
    made.close()


def ask(connection, method, path, body=None, **headers):
    """(status, parsed body) of one request."""
    connection.request(method, path, body, {
        'X-Auth-Token': 'member', 'Content-Type': 'application/json',
        **headers}, encode_chunked=hasattr(body, '__next__'))
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


def raw(connection, method, path, headers, text, ended=False):
    """(status, parsed body) of a request whose body is sent as it is.

    ``ended``: the client says no more.
    """
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(text)
    if ended:
        connection.sock.shutdown(socket.SHUT_WR)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_one_connection_serves_many_requests(connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    for _ in range(3):
        assert ask(connection, 'GET', path)[0] == 200
        assert ask(connection, 'PUT', path, b'{}')[0] == 405
        assert ask(connection, 'HEAD', path) == (200, None)
    code, body = ask(connection, 'POST', path, json.dumps(
        api.create_body()).encode())
    assert (code, body['instance']['status']) == (200, 'BUILD')


def test_a_body_in_chunks(connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    text = json.dumps(api.create_body()).encode()
    code, _ = ask(connection, 'POST', path, iter((text[:9], text[9:])),
                  **{'Transfer-Encoding': 'chunked'})
    assert code == 200


def test_a_body_in_too_many_chunks(service, connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, body = ask(connection, 'POST', path,
                     iter([b' ' * 65536] * 17),
                     **{'Transfer-Encoding': 'chunked'})
    assert (code, list(body)) == (413, ['overLimit'])
    assert service.rows() == 0


def test_a_chunk_that_is_endless_is_not_waited_for(service, connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, body = raw(connection, 'POST', path, {
        'X-Auth-Token': 'member', 'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked'},
        b'7fffffff\r\n' + b' ' * (2 ** 20 + 1024))
    assert (code, list(body)) == (413, ['overLimit'])


@pytest.mark.parametrize(('headers', 'text'), [
    ({'Transfer-Encoding': 'chunked'}, b'ZZ\r\n{}\r\n0\r\n\r\n'),
    ({'Transfer-Encoding': 'chunked'}, b'ffffffffffffffff\r\n{}\r\n'),
    ({'Content-Length': '-1'}, b'')])
def test_a_body_that_is_broken_is_told_and_ends_the_connection(
        connection, headers, text):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, body = raw(connection, 'POST', path, {
        'X-Auth-Token': 'member', 'Content-Type': 'application/json',
        **headers}, text, ended=True)
    assert (code, list(body)) == (400, ['badRequest'])


@pytest.mark.parametrize('headers', [
    {'Transfer-Encoding': 'chunked'}, {'Content-Length': '100000'}])
def test_what_was_not_read_of_a_body_is_no_request(connection, headers):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, _ = raw(connection, 'POST', path, headers,
                  b'5\r\nGET /\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n')
    assert code == 401
    # The client's library has seen that the connection ends.
    assert connection.sock is None


def test_a_sender_that_falls_silent_is_told_and_let_go(service, caplog):
    service.conf.set_override('bind_host', '127.0.0.1')
    service.conf.set_override('bind_port', 0)
    running = server.Server(service.conf, service.app)
    running._server.timeout = 0.2
    running.start()
    connection = http.client.HTTPConnection(*running.address[:2], timeout=10)
    try:
        code, body = raw(
            connection, 'POST', '/v1.0/%s/instances' % api.PROJECT,
            {'X-Auth-Token': 'member', 'Content-Type': 'application/json',
             'Content-Length': '100'}, b'{"a"')
        assert (code, list(body)) == (400, ['badRequest'])
        assert connection.sock is None
    finally:
        connection.close()
        running.stop()
    assert 'timed out object' not in caplog.text


def test_a_body_of_two_lengths_ends_the_connection(connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, _ = raw(connection, 'POST', path, {
        'X-Auth-Token': 'member', 'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked', 'Content-Length': '3'},
        b'2\r\n{}\r\n0\r\n\r\n')
    assert code == 400
    assert connection.sock is None


@pytest.mark.parametrize('lengths', [(2, 2), (2, 30), (30, 2), (2, 2, 3)])
def test_a_body_has_one_length(connection, lengths):
    path = '/v1.0/%s/instances' % api.PROJECT
    connection.putrequest('POST', path)
    connection.putheader('X-Auth-Token', 'member')
    connection.putheader('Content-Type', 'application/json')
    for length in lengths:
        connection.putheader('Content-Length', str(length))
    connection.endheaders(b'{}')
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 400
    # The same length twice is one length: the API itself refuses the body.
    assert (b'badRequest' in text) is (len(set(lengths)) == 1)


def test_long_tokens_pass(service, connection):
    path = '/v1.0/%s/instances' % api.PROJECT
    code, _ = ask(connection, 'GET', path, **{'X-Padding': 'x' * 16000})
    assert code == 200


def test_requests_under_way_are_ended_when_the_server_stops(service):
    entered, leave = threading.Event(), threading.Event()

    def slow(environ, start_response):
        entered.set()
        leave.wait(10)
        start_response('200 OK', [('Content-Length', '2')])
        return [b'ok']
    service.conf.set_override('bind_host', '127.0.0.1')
    service.conf.set_override('bind_port', 0)
    running = server.Server(service.conf, slow)
    running.start()
    answers = []

    def call():
        made = http.client.HTTPConnection(*running.address, timeout=10)
        made.request('GET', '/')
        answers.append(made.getresponse().read())
        made.close()
    caller = threading.Thread(target=call)
    caller.start()
    assert entered.wait(10)
    stopper = threading.Thread(target=running.stop)
    stopper.start()
    leave.set()
    stopper.join(10)
    caller.join(10)
    assert answers == [b'ok']


def test_a_port_that_is_taken_is_an_error_at_once(service):
    service.conf.set_override('bind_host', '127.0.0.1')
    service.conf.set_override('bind_port', 0)
    first = server.Server(service.conf, service.app)
    first.start()
    service.conf.set_override('bind_port', first.address[1])
    try:
        with pytest.raises(server.CannotListen, match='127.0.0.1'):
            server.Server(service.conf, service.app).start()
    finally:
        first.stop()
