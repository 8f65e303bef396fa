# SPDX-License-Identifier: Apache-2.0
"""Messages of refused bodies name the place and the rule."""

import pytest

from trove.api.v1.schemas import instances
from trove.common import exception
from trove.objects import order


def refuse(body):
    """The message that a create body is refused with."""
    with pytest.raises(exception.BadRequest) as caught:
        instances.CREATE(body)
    return str(caught.value)


@pytest.mark.parametrize('body,message', [
    (None, 'A JSON body is required.'),
    ([], 'body: must be an object'),
    ({}, "body: member 'instance' is missing"),
    ({'instance': {}}, "instance: member 'name' is missing"),
    ({'instance': {'name': 7}}, 'instance.name: must be a text of 1 to 255 '
     'characters with a letter or digit in it'),
    ({'instance': {'name': 'x', 'volume': {'size': 0}}},
     'instance.volume.size: must be a whole number of GB, at least 1'),
    ({'instance': {'name': 'x', 'users': [{'name': 'a'}]}},
     "instance.users[0]: member 'password' is missing"),
    ({'instance': {'name': 'x', 'nics': [{'port-id': '1'}]}},
     "instance.nics[0]: unknown member 'port-id'"),
    ({'instance': {'name': 'x', 'locality': 'far'}},
     'instance.locality: must be one of affinity, anti-affinity, '
     'soft-affinity, soft-anti-affinity'),
    ({'instance': {'name': 'x', 'replica_count': 4}},
     'instance.replica_count: must be at most 3')])
def test_messages(body, message):
    assert refuse(body) == message


def test_a_secret_is_not_repeated():
    body = {'instance': {'name': 'x', 'users': [
        {'name': 'a', 'password': '!' * 300}]}}
    assert '!!' not in refuse(body)


def test_a_wish_is_read_from_a_body():
    body = instances.CREATE({'instance': {
        'name': 'x', 'flavorRef': 7, 'volume': {'size': '5', 'type': None},
        'users': [{'name': 'a', 'password': 'p'}], 'slave_of': None}
        | {'slave_of': '6c2f0c0a-0000-4000-8000-000000000001'}})
    wish = instances.wish(body)
    assert (wish.flavor_id, wish.volume_gb, wish.volume_type) == (
        '7', 5, None)
    assert wish.users == (order.UserSpec(name='a', password='p'),)
    assert wish.replica_of == '6c2f0c0a-0000-4000-8000-000000000001'


def test_passwords_of_a_wish_do_not_show():
    body = {'instance': {'name': 'x', 'users': [
        {'name': 'a', 'password': 'sesame'}]}}
    assert 'sesame' not in repr(instances.wish(instances.CREATE(body)))
