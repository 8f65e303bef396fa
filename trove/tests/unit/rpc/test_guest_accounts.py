# SPDX-License-Identifier: Apache-2.0
"""What a guest answers about databases and users is held to its shape."""

import pytest

from trove.common import exception
from trove.rpc import guest_accounts
from trove.tests.fixtures import options

USER = {'name': 'ann', 'host': '%', 'databases': [{'name': 'shop'}]}


class Client(guest_accounts.Accounts):
    """Hears one thing from every guest."""

    def __init__(self, told):
        self._conf = options.make()
        self._told = told

    def _call(self, instance_id, method, timeout_s, **arguments):
        return self._told


@pytest.mark.parametrize('told', [
    None, 7, 'x', [], [[]], [[], None, None], [None, None], [[7], None],
    [[{}], None], [[{'name': 7}], None], [[{'name': 'a'}], ['m']],
    [{'name': 'a'}, None]])
def test_what_is_no_page_is_a_failure_of_the_guest(told):
    for ask in (Client(told).list_databases, Client(told).list_users):
        with pytest.raises(exception.GuestFailed):
            ask('i')


@pytest.mark.parametrize('told', [
    7, 'x', [USER], {'name': 'ann'}, {**USER, 'host': None},
    {**USER, 'databases': {}}, {**USER, 'databases': ['shop']}])
def test_what_is_no_user_is_a_failure_of_the_guest(told):
    with pytest.raises(exception.GuestFailed):
        Client(told).get_user('i', 'ann', '%')
    with pytest.raises(exception.GuestFailed):
        Client([[told], None]).list_users('i')


@pytest.mark.parametrize('told', [None, 7, 'x', {}, ['x'], [{}]])
def test_what_is_no_access_is_a_failure_of_the_guest(told):
    with pytest.raises(exception.GuestFailed):
        Client(told).list_access('i', 'ann', '%')


def test_what_fits_is_passed_on():
    assert Client([[USER], 'ann@%']).list_users('i') == ([USER], 'ann@%')
    assert Client(USER).get_user('i', 'ann', '%') == USER
    assert Client(None).get_user('i', 'no', '%') is None
    assert Client([{'name': 'a'}]).list_access('i', 'a', '%') == [
        {'name': 'a'}]
    assert Client([[{'name': 'a'}], None]).list_databases('i') == (
        [{'name': 'a'}], None)
