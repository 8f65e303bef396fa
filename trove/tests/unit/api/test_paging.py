# SPDX-License-Identifier: Apache-2.0
"""Page sizes, markers and links."""

from urllib import parse

import pytest

from trove.api import paging
from trove.common import exception


@pytest.mark.parametrize('text,size', [
    (None, 20), ('', 20), ('5', 5), ('20', 20), ('500', 20)])
def test_limit(text, size):
    query = {} if text is None else {'limit': text}
    assert paging.limit(query, 20) == size


@pytest.mark.parametrize('text', ['0', '-1', 'x', '1.0', ' 1', '٣', '9' * 10])
def test_a_limit_that_is_no_page_size(text):
    with pytest.raises(exception.BadRequest, match='limit'):
        paging.limit({'limit': text}, 20)


@pytest.mark.parametrize('text,value', [
    ('true', True), ('True', True), ('1', True), ('yes', True),
    ('false', False), ('False', False), ('0', False), ('NO', False)])
def test_boolean(text, value):
    assert paging.boolean({'x': text}, 'x') is value


def test_boolean_absent_or_nonsense():
    assert paging.boolean({}, 'x') is False
    assert paging.boolean({}, 'x', absent=None) is None
    with pytest.raises(exception.BadRequest):
        paging.boolean({'x': 'maybe'}, 'x')


@pytest.mark.parametrize('marker', ['bob@%', 'a&b', 'a#b', 'a+b c', 'ä/?'])
def test_a_marker_survives_a_client_that_pastes_it_unescaped(marker):
    link, = paging.links('http://x/y', {'limit': '2', 'marker': 'old'},
                         marker)['links']
    query = parse.parse_qs(parse.urlsplit(link['href']).query)
    assert query['limit'] == ['2']
    pasted, = query['marker']
    again = parse.parse_qs('limit=2&marker=' + pasted)
    assert again['marker'] == [marker]


@pytest.mark.parametrize('marker', [
    'bob@%', 'a&b', 'ä', 'plain', 'p%c', 'p%25c', 'p%2525c', '%41', 'a%40b@%'])
@pytest.mark.parametrize('decodes', [0, 1])
def test_a_page_goes_on_after_its_last_name_whoever_follows_the_link(
        marker, decodes):
    link, = paging.links('http://x/y', {}, marker)['links']
    text = parse.urlsplit(link['href']).query.removeprefix('marker=')
    if decodes:
        text = parse.unquote(text)
    found = paging.marker({'marker': parse.unquote(text)})
    assert found.rstrip(' ') == marker


def test_no_marker_is_the_first_page():
    assert paging.marker({}) is None
    assert paging.marker({'marker': ''}) is None


def test_the_last_page_has_no_link():
    assert paging.links('http://x', {}, None) == {}


def test_cut():
    assert paging.cut([1, 2, 3], 2) == ([1, 2], True)
    assert paging.cut([1, 2], 2) == ([1, 2], False)
