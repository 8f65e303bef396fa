# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/log, with a guest that has logs."""

import pytest

from trove.common import exception
from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine


class Logs:
    """A guest's logs in memory, as `guestagent.logs` tells of them."""

    def __init__(self):
        self.kept = {name: self._log(name, kind) for name, kind in (
            ('general', 'USER'), ('error', 'SYS'), ('guest', 'SYS'))}
        self.wishes = []
        self.places = []

    def _log(self, name, kind):
        return {'name': name, 'type': kind, 'status': 'Ready',
                'published': 0, 'pending': 7, 'container': 'None',
                'prefix': 'None', 'metafile': 'x/mariadb-' + name}

    def list(self, place):
        self.places.append(place)
        return list(self.kept.values())

    def act(self, name, wish, place, wait_s):
        self.places.append(place)
        if name not in self.kept:
            raise exception.TroveError('no such log')
        self.wishes.append((name, wish))
        return self.kept[name]

    def started(self):
        pass


@pytest.fixture
def guest(service):
    made = guest_engine.attach(service)
    made.endpoint._logs = made.logs = Logs()
    return made


@pytest.fixture
def path(guest):
    return '/instances/%s/log' % guest.instance_id


@pytest.fixture
def member(service, guest):
    return service.caller('member')


@pytest.fixture
def operator(service, guest):
    return service.caller('admin')


def test_tenants_see_what_is_exposed_and_operators_all(member, operator,
                                                       path):
    [log] = member.get(path).json['logs']
    assert (log['name'], log['published'], log['pending']) == (
        'general', 0, 7)
    assert {log['name'] for log in operator.get(path).json['logs']} == {
        'general', 'error', 'guest'}


def test_the_guest_gets_the_caller_s_own_account_and_token(guest, member,
                                                           path):
    member.post(path, {'name': 'general', 'publish': 1})
    place = guest.logs.places[-1]
    assert place.url.endswith('AUTH_' + api.PROJECT)
    assert place.token == 'member'
    assert 'member' not in repr(place)
    [(name, wish)] = guest.logs.wishes
    assert name == 'general' and wish.publish and not wish.discard


@pytest.mark.parametrize('body, code', [
    ({}, 400), ({'name': 'general', 'enable': 2}, 400),
    ({'name': 'general', 'enable': 1, 'disable': 1}, 400),
    ({'name': 'guest'}, 403), ({'name': 'nothing'}, 404),
    ({'name': 'general', 'enable': True}, 200), ({'name': 'general'}, 200),
    ({'name': 'general', 'discard': '1'}, 200)])
def test_what_may_be_asked(member, path, body, code):
    assert member.post(path, body).status_code == code


def test_a_log_that_waits_for_a_start_asks_for_a_restart(service, guest,
                                                         member, path):
    guest.logs.kept['general']['status'] = 'Restart Required'
    answer = member.post(path, {'name': 'general', 'enable': 1})
    assert answer.json['log']['status'] == 'Restart Required'
    shown = member.get('/instances/%s' % guest.instance_id).json['instance']
    assert shown['status'] == 'RESTART_REQUIRED'


def test_nonsense_of_a_guest_is_a_502(guest, member, path):
    guest.logs.kept['general']['status'] = '<script>'
    assert api.error(member.get(path))[0] == 502


def test_a_store_that_is_away_is_told_before_the_guest_is_asked(
        service, guest, member, path):
    service.cloud.faults.fail('objects.account', times=9)
    code, _ = api.error(member.get(path))[:2]
    assert code == 503
    assert not guest.logs.places
