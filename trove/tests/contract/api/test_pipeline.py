# SPDX-License-Identifier: Apache-2.0
"""What stands before the application, as clients and proxies see it."""

import http.client
import re
from urllib import parse

import pytest

from trove.tests.fixtures import api

PATH = '/v1.0/%s/instances' % api.PROJECT
ORIGIN = 'https://ui.example'
ID = 'req-00000000-0000-4000-8000-000000000000'


@pytest.fixture
def ask(database_template, tmp_path, serve):
    """A function that sends one request to an API with these options."""
    connections = []

    def connect(**overrides):
        served = api.Service(db, **overrides)
        address = parse.urlsplit(serve(served.app)).netloc
        connections.append(http.client.HTTPConnection(address, timeout=10))

        def send(method, path, body=None, **headers):
            given = {'X-Auth-Token': 'member', **{
                name.replace('_', '-'): value
                for name, value in headers.items()}}
            connections[-1].request(method, path, body, given)
            answer = connections[-1].getresponse()
            return answer.status, answer.headers, answer.read()
        return send

    place = tmp_path / 'own'
    place.mkdir()
    db = api.copy_database(database_template, place)
    yield connect
    for one in connections:
        one.close()
    db.close()


def test_cors_is_off_unless_an_origin_is_allowed(ask):
    _, headers, _ = ask()('GET', PATH, Origin=ORIGIN)
    assert 'Access-Control-Allow-Origin' not in headers


def test_cors_allows_whom_the_operator_names(ask):
    send = ask(cors__allowed_origin=[ORIGIN])
    code, headers, body = send(
        'OPTIONS', PATH, Origin=ORIGIN, Access_Control_Request_Method='GET')
    assert (code, headers['Access-Control-Allow-Origin']) == (200, ORIGIN)
    for path, token in ((PATH, 'member'), (PATH + '/x', 'member'),
                        (PATH, 'unknown')):
        _, headers, _ = send('GET', path, Origin=ORIGIN, X_Auth_Token=token)
        assert headers['Access-Control-Allow-Origin'] == ORIGIN
    _, headers, _ = send('GET', PATH, Origin='https://other.example')
    assert 'Access-Control-Allow-Origin' not in headers


def test_each_answer_has_an_id_of_its_own(ask):
    send = ask()
    seen = set()
    for path in ('/', '/healthcheck', PATH, PATH + '/x', '/nothing'):
        _, headers, _ = send('GET', path, X_Openstack_Request_Id=ID)
        name = headers['x-openstack-request-id']
        assert re.fullmatch('req-[0-9a-f-]{36}', name)
        assert headers['x-compute-request-id'] == name
        seen.add(name)
    assert len(seen) == 5
    assert ID not in seen


def test_an_id_that_is_none_is_not_taken(ask):
    send = ask()
    code, headers, _ = send('GET', PATH,
                            X_Openstack_Request_Id='req-<script>')
    assert code == 200
    assert 'script' not in headers['x-openstack-request-id']


def test_a_body_that_is_too_large_is_refused_before_it_is_read(ask):
    send = ask(oslo_middleware__max_request_body_size=1000)
    code, headers, body = send('POST', PATH, b'x' * 1001,
                               Content_Type='application/json')
    assert code == 413
    assert b'overLimit' in body
    assert 'Retry-After' not in headers


def test_a_header_that_is_too_long_is_refused(ask):
    code, _, _ = ask()('GET', PATH, X_Long='x' * 70000)
    assert code in (413, 431)


def test_proxies_are_believed_only_where_the_operator_says_so(ask):
    told = {'X_Forwarded_Proto': 'https', 'X_Forwarded_Host': 'db.example'}
    _, _, body = ask()('GET', '/', **told)
    assert b'http://127.0.0.1' in body
    _, _, body = ask(oslo_middleware__enable_proxy_headers_parsing=True)(
        'GET', '/', **told)
    assert b'https://db.example/v1.0/' in body


def test_health_needs_no_token(ask):
    code, _, body = ask()('GET', '/healthcheck', X_Auth_Token='')
    assert (code, body) == (200, b'OK')
