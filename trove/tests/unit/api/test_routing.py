# SPDX-License-Identifier: Apache-2.0
"""Finding routes."""

import pytest

from trove.api import errors
from trove.api import routing
from trove.api.v1 import routes
from trove.common import exception


def router(*lines):
    """A router over (method, path) lines; handlers are the lines."""
    return routing.Router(routing.Route(
        method=method, path=path, handler=(method, path))
        for method, path in lines)


def find(found, method, path):
    """(handler, values) of a path."""
    route, values = found.find(method, routing.segments(path))
    return route.handler, values


def test_plain_words_win_over_variables():
    found = router(('GET', '/a/{id}'), ('GET', '/a/b'))
    assert find(found, 'GET', '/a/b') == (('GET', '/a/b'), {})
    assert find(found, 'GET', '/a/c') == (('GET', '/a/{id}'), {'id': 'c'})


def test_a_dead_end_is_left_again():
    found = router(('GET', '/a/b/c'), ('GET', '/a/{id}/d'))
    assert find(found, 'GET', '/a/b/d') == (('GET', '/a/{id}/d'),
                                            {'id': 'b'})


@pytest.mark.parametrize('path', ['/a', '/a/', '/a//', '/a/b/', '/b', ''])
def test_what_no_route_covers(path):
    with pytest.raises(exception.NotFound):
        find(router(('GET', '/a/{id}')), 'GET', path)


def test_other_methods_are_named():
    found = router(('PUT', '/a'), ('GET', '/a'))
    with pytest.raises(errors.MethodNotAllowed) as caught:
        find(found, 'PATCH', '/a')
    assert caught.value.facts['allow'] == 'GET, HEAD, PUT'
    assert find(found, 'HEAD', '/a')[0] == ('GET', '/a')


def test_a_line_may_stand_once_only():
    with pytest.raises(ValueError, match='twice'):
        router(('GET', '/a/{id}'), ('GET', '/a/{name}'))


def test_our_table_fits_together():
    assert routing.Router(routes.table(None, None, None))
