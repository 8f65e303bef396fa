# SPDX-License-Identifier: Apache-2.0
"""Request ids in answers, and bodies that are too large."""

import io

import pytest
from oslo_middleware import sizelimit

from trove.api import edges
from trove.common import exception
from trove.tests.fixtures import options

GLOBAL = 'req-11111111-2222-3333-4444-555555555555'


def ids(environ, there=()):
    """(what the request is given, headers of the answer)."""
    seen = {}

    def app(environ, start_response):
        start_response('200 OK', list(there))
        return []
    edges.RequestIds(app)(
        environ, lambda status, headers, error=None: seen.update(headers))
    return environ, seen


def test_an_answer_tells_the_id_by_both_names():
    environ, seen = ids({})
    made = environ['openstack.request_id']
    assert made.startswith('req-')
    assert seen == {'x-openstack-request-id': made,
                    'x-compute-request-id': made}
    assert 'openstack.global_request_id' not in environ


def test_an_id_of_a_greater_whole_must_look_like_one():
    name = 'HTTP_X_OPENSTACK_REQUEST_ID'
    found, _ = ids({name: GLOBAL})
    assert found['openstack.global_request_id'] == GLOBAL
    found, _ = ids({name: GLOBAL + '\n<script>'})
    assert 'openstack.global_request_id' not in found


def test_what_an_answer_says_already_stays():
    _, seen = ids({}, [('X-Openstack-Request-Id', 'other')])
    assert seen['X-Openstack-Request-Id'] == 'other'
    assert 'x-openstack-request-id' not in seen


@pytest.fixture
def read():
    """A function that sends a body and gives what is read of it."""
    conf = options.make()
    conf.register_opts(sizelimit.OPTS, 'oslo_middleware')
    conf.set_override('max_request_body_size', 10, 'oslo_middleware')
    conf.set_override('module_contents_most', 1024)
    seen = []

    def send(body, length, method='POST', path='/v1.0/p/instances'):
        edges.BodyLimit(lambda environ, start: seen.append(
            environ['wsgi.input'].read()), conf)({
                'wsgi.input': io.BytesIO(body), 'CONTENT_LENGTH': length,
                'REQUEST_METHOD': method, 'PATH_INFO': path},
            None)
        return seen.pop()
    return send


def test_what_fits_passes(read):
    for length in ('10', ''):
        assert read(b'0123456789', length) == b'0123456789'


def test_what_says_that_it_is_too_large_is_not_read(read):
    with pytest.raises(exception.OverLimit):
        read(b'', '11')


def test_what_does_not_say_so_is_found_out(read):
    with pytest.raises(exception.OverLimit):
        read(b'0123456789x', '')


@pytest.mark.parametrize('length', ['x', '-1', '+1', '1_0', '\xb2', ' '])
def test_a_length_that_is_none_is_told(read, length):
    with pytest.raises(exception.BadRequest, match='Content-Length'):
        read(b'0123456789', length)


@pytest.mark.parametrize(('method', 'path'), [
    ('POST', '/v1.0/p/modules'), ('PUT', '/v1.0/p/modules/m')])
def test_contents_of_modules_may_be_longer(read, method, path):
    assert read(bytes(1034), '1034', method, path) == bytes(1034)
    with pytest.raises(exception.OverLimit):
        read(b'', '1035', method, path)


@pytest.mark.parametrize(('method', 'path'), [
    ('POST', '/v1.0/p/instances/i/modules'), ('GET', '/v1.0/p/modules'),
    ('PUT', '/v1.0/p/modules/m/instances')])
def test_what_is_near_them_may_not(read, method, path):
    with pytest.raises(exception.OverLimit):
        read(b'', '11', method, path)
