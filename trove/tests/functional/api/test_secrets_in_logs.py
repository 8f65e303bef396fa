# SPDX-License-Identifier: Apache-2.0
"""No password is logged by the API, at any level, whatever comes of it."""

import logging

import pytest

from trove.common import exception
from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine
from trove.tests.fixtures import hearing

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
    hearing.echo(service.db)
    member = service.caller('member')
    if trouble:
        for method in ('create_user', 'change_passwords',
                       'update_attributes', 'enable_root_with_password'):
            guest.breaks[method] = trouble
    with hearing.everything(caplog):
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


def test_passwords_of_a_new_instance_are_not_logged(
        make_service, caplog):
    service = make_service()
    hearing.echo(service.db)
    with hearing.everything(caplog):
        made = service.caller('member').post('/instances', api.create_body(
            users=[{'name': 'ann', 'password': SECRET}]))
        root = service.caller('member').post('/instances', api.create_body(
            datastore={'type': 'local', 'version': '10.11'}, volume=None,
            users=[{'name': 'ann', 'password': SECRET}]))
    assert 'INSERT INTO operations' in caplog.text, 'SQL was not heard'
    assert (made.status_code, root.status_code) == (200, 200)
    for secret in (SECRET, root.json['instance']['password']):
        assert secret not in caplog.text


def test_tokens_are_not_logged(service, caplog):
    with hearing.everything(caplog):
        service.caller('member').get('/instances', headers={
            'X-Auth-Token': 'member-' + SECRET})
        service.caller('member').get('/instances', headers={
            'X-Auth-Token': 'nobody-' + SECRET})
    assert SECRET not in caplog.text
