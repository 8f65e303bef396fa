# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/root, its history, and what operators ask guests."""

import pytest

from trove.common import exception
from trove.objects import status
from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine


@pytest.fixture
def guest(service):
    return guest_engine.attach(service)


@pytest.fixture
def path(guest):
    return '/instances/%s/root' % guest.instance_id


@pytest.fixture
def member(service, guest):
    return service.caller('member')


@pytest.fixture
def operator(service, guest):
    return service.caller('admin')


def enabled(member, path):
    return member.get(path).json['rootEnabled']


@pytest.mark.parametrize('body', [{}, {'json': {}},
                                  {'json': {'password': ''}}])
def test_root_gets_a_password_of_its_own(guest, member, path, body):
    answer = member.call('POST', path, **body)
    assert answer.status_code == 200
    assert answer.json == {'user': {'name': 'root',
                                    'password': guest.root.password}}
    assert len(guest.root.password) >= 16


def test_the_life_of_root(guest, member, path):
    assert enabled(member, path) is False
    assert api.error(member.delete(path))[0] == 404
    member.post(path, {})
    assert enabled(member, path) is True
    answer = member.delete(path)
    assert (answer.status_code, answer.data) == (204, b'')
    assert guest.root.password is None
    assert enabled(member, path) is False
    assert api.error(member.delete(path))[0] == 404
    answer = member.post(path, {'password': 'mine-now'})
    assert answer.json['user']['password'] == 'mine-now'
    assert guest.root.password == 'mine-now'
    assert enabled(member, path) is True


@pytest.mark.parametrize('body', [
    {'password': 5}, {'password': "it's"}, {'password': 'a;b'},
    {'password': 'x' * 256}, []])
def test_a_password_outside_the_rules_is_refused(guest, member, path, body):
    assert api.error(member.post(path, body))[0] == 400
    assert guest.root.password is None
    assert enabled(member, path) is False


def test_history_is_read_whatever_the_engine_does(service, guest, member,
                                                  path):
    with service.db.writer() as tx:
        tx.guests.set_status(guest.instance_id, status.Service.CRASHED)
    assert enabled(member, path) is False
    assert api.error(member.post(path, {}))[0] == 422
    assert guest.calls == []


def test_what_a_guest_refused_is_not_on_record(guest, member, path):
    guest.breaks['enable_root_with_password'] = exception.GuestFailed('no')
    assert api.error(member.post(path, {}))[0] == 502
    assert enabled(member, path) is False


def test_what_a_guest_may_have_done_is_on_record(guest, member, path):
    guest.lost.add('enable_root_with_password')
    assert api.error(member.post(path, {}))[0] == 504
    assert enabled(member, path) is True
    guest.lost.add('disable_root')
    assert api.error(member.delete(path))[0] == 504
    assert enabled(member, path) is True
    guest.lost.clear()
    assert member.delete(path).status_code == 204
    assert enabled(member, path) is False


def test_operators_read_who_enabled_root(guest, member, operator, path):
    where = '/mgmt/instances/' + guest.instance_id
    assert operator.get(where + '/root').json == {'root_history': {
        'id': guest.instance_id, 'enabled': 'Never', 'user': 'Nobody'}}
    assert 'root_enabled' not in operator.get(where).json['instance']
    member.post(path, {})
    member.delete(path)
    history = operator.get(where + '/root').json['root_history']
    assert history['user'] == 'member'
    assert 'T' in history['enabled']
    shown = operator.get(where).json['instance']
    assert (shown['root_enabled'], shown['root_enabled_by']) == (
        history['enabled'], 'member')
    assert api.error(member.get(where + '/root'))[0] == 403
    assert api.error(operator.get(
        '/mgmt/instances/%s/root' % api.NOBODY))[0] == 404


def test_operators_use_root_of_any_project_and_strangers_of_none(
        service, guest, operator, path):
    assert operator.post(path, {}).status_code == 200
    stranger = service.caller('foreign')
    for method in ('GET', 'POST', 'DELETE'):
        assert api.error(stranger.call(method, path))[0] == 404


def test_an_engine_that_enables_root_at_create_has_it_on_record(service):
    member = service.caller('member')
    made = member.post('/instances', api.create_body(
        datastore={'type': 'local', 'version': '10.11'},
        volume=None)).json['instance']
    assert made['password']
    assert enabled(member, '/instances/%s/root' % made['id']) is True


def test_operators_ask_the_guest_itself(guest, operator):
    where = '/mgmt/instances/%s/' % guest.instance_id
    answer = operator.get(where + 'rpc_ping')
    assert (answer.status_code, answer.data) == (204, b'')
    hardware = operator.get(where + 'hwinfo').json['hwinfo']
    assert hardware['mem_total'] > 1024
    assert hardware['num_cpus'] >= 1
    found = operator.get(where + 'diagnostics').json['diagnostics']
    assert set(found) == {'version', 'threads', 'fdSize', 'vmSize',
                          'vmPeak', 'vmRss', 'vmHwm'}
    assert found['version'] == '1.2.3'


def test_a_guest_that_does_not_answer_an_operator(guest, member, operator):
    guest.silent.update(('ping', 'get_hwinfo', 'get_diagnostics'))
    for name in ('rpc_ping', 'hwinfo', 'diagnostics'):
        where = '/mgmt/instances/%s/%s' % (guest.instance_id, name)
        assert api.error(operator.get(where))[0] == 504
        assert api.error(member.get(where))[0] == 403


@pytest.mark.parametrize('told', [
    None, [], {}, {'mem_total': '1', 'num_cpus': 1},
    {'mem_total': -1, 'num_cpus': 1}, {'mem_total': True, 'num_cpus': 1}])
def test_a_guest_that_tells_nonsense_is_not_repeated(guest, operator, told):
    guest.get_hwinfo = lambda instance_id: told
    guest.get_diagnostics = guest.get_hwinfo
    for name in ('hwinfo', 'diagnostics'):
        answer = operator.get('/mgmt/instances/%s/%s' % (
            guest.instance_id, name))
        assert api.error(answer)[0] == 502


def test_what_a_guest_adds_is_left_out(guest, operator):
    guest.get_hwinfo = lambda instance_id: {
        'mem_total': 1, 'num_cpus': 1, 'motd': '<script>'}
    answer = operator.get('/mgmt/instances/%s/hwinfo' % guest.instance_id)
    assert answer.json == {'hwinfo': {'mem_total': 1, 'num_cpus': 1}}
