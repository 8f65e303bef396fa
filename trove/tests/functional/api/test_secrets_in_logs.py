# SPDX-License-Identifier: Apache-2.0
"""No password is logged by the API, at any level, whatever comes of it."""

import logging

import pytest

from trove.common import exception
from trove.tests.fixtures import guest_engine

SECRET = 'sw0rdfish'


@pytest.fixture
def guest(service):
    return guest_engine.attach(service)


def requests(instance_id):
    """(method, path, body) of everything that carries a password."""
    user = {'name': 'ann', 'password': SECRET}
    for root in ('/instances/%s' % instance_id,):
        yield 'POST', root + '/users', {'users': [user]}
        yield 'PUT', root + '/users', {'users': [user]}
        yield 'PUT', root + '/users/ann', {'user': {'password': SECRET}}
        yield 'POST', root + '/root', {'password': SECRET}
        # And what is refused on its way.
        yield 'POST', root + '/users', {'users': [{**user, 'name': 5}]}
        yield 'POST', root + '/users', {'users': [
            {'name': 'x', 'password': SECRET + ';'}]}
        yield 'POST', root + '/root', {'password': [SECRET]}
        yield 'PUT', root + '/users', {'users': SECRET}


@pytest.mark.parametrize('trouble', [
    None, exception.GuestFailed('odd'), ValueError('a defect')])
def test_passwords_are_not_logged(service, guest, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    member = service.caller('member')
    if trouble:
        for method in ('create_user', 'change_passwords',
                       'update_attributes', 'enable_root_with_password'):
            guest.breaks[method] = trouble
    answers = [member.call(method, path, json=body).status_code
               for method, path, body in requests(guest.instance_id)]
    assert caplog.records, 'nothing at all was logged'
    assert SECRET not in caplog.text
    assert answers[4:] == [400] * 4
    if trouble is None:
        assert answers[:4] == [202, 202, 202, 200]
        assert guest.root.password == SECRET


def test_a_new_root_password_is_not_logged(service, guest, caplog):
    caplog.set_level(logging.DEBUG)
    answer = service.caller('member').post(
        '/instances/%s/root' % guest.instance_id, {})
    assert guest.root.password == answer.json['user']['password']
    assert guest.root.password not in caplog.text


def test_answers_never_carry_a_users_password(service, guest):
    member = service.caller('member')
    path = '/instances/%s/users' % guest.instance_id
    member.post(path, {'users': [{'name': 'ann', 'password': SECRET}]})
    for where in (path, path + '/ann'):
        assert SECRET not in member.get(where).get_data(as_text=True)
