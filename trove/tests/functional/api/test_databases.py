# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/databases with a guest behind it."""

from urllib import parse

import pytest

from trove.common import exception
from trove.objects import instance
from trove.objects import status
from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine


@pytest.fixture
def guest(service):
    return guest_engine.attach(service)


@pytest.fixture
def path(guest):
    return '/instances/%s/databases' % guest.instance_id


@pytest.fixture
def member(service, guest):
    return service.caller('member')


def names(answer):
    return [row['name'] for row in answer.json['databases']]


def create(member, path, *wanted):
    return member.post(path, {'databases': [{'name': name}
                                            for name in wanted]})


def test_databases_come_and_go(member, path):
    answer = create(member, path, 'shop', 'blog')
    assert (answer.status_code, answer.data) == (202, b'')
    answer = member.get(path)
    assert answer.json == {'databases': [{'name': 'blog'},
                                         {'name': 'shop'}]}
    answer = member.delete(path + '/blog')
    assert (answer.status_code, answer.data) == (202, b'')
    assert names(member.get(path)) == ['shop']


def test_one_database_is_shown_with_its_character_set(member, path):
    member.post(path, {'databases': [
        {'name': 'old', 'character_set': 'latin1',
         'collate': 'latin1_bin'}]})
    assert member.get(path + '/old').json == {'database': {
        'name': 'old', 'character_set': 'latin1', 'collate': 'latin1_bin'}}
    assert api.error(member.get(path + '/new'))[0] == 404


def test_pages_are_followed_by_twice_encoded_markers(make_service):
    service = make_service(databases_page_size=2)
    guest = guest_engine.attach(service)
    member = service.caller('member')
    path = '/instances/%s/databases' % guest.instance_id
    wanted = ['a#b', 'a@b', 'c d', 'e?f', 'plain']
    create(member, path, *wanted)
    seen, where = [], path + '?limit=100'
    while where:
        answer = member.get(where)
        assert len(answer.json['databases']) <= 2
        seen += names(answer)
        links = answer.json.get('links')
        if links is None:
            break
        (link,) = links
        assert link['rel'] == 'next'
        query = parse.parse_qs(parse.urlsplit(link['href']).query)
        # As python-troveclient does: decoded once, pasted as it is.
        where = '%s?marker=%s' % (path, query['marker'][0])
    assert seen == sorted(wanted)


@pytest.mark.parametrize('query', ['limit=abc', 'limit=0', 'limit=-1'])
def test_a_bad_limit_is_refused(member, path, query):
    assert api.error(member.get(path + '?' + query))[0] == 400


@pytest.mark.parametrize('body, words', [
    ({}, 'databases'), ([], 'object'), ({'databases': {}}, 'array'),
    ({'databases': [{}]}, 'name'), ({'databases': [{'name': '--'}]}, 'name'),
    ({'databases': [{'name': 'mysql'}]}, 'reserved'),
    ({'databases': [{'name': 'SYS'}]}, 'reserved'),
    ({'databases': [{'name': 'a' * 65}]}, '64'),
    ({'databases': [{'name': 'a\\b'}]}, 'not valid'),
    ({'databases': [{'name': 'x', 'character_set': 'klingon'}]}, 'klingon'),
    ({'databases': [{'name': 'x', 'character_set': 'latin1',
                     'collate': 'utf8mb4_bin'}]}, 'does not go'),
    ({'databases': [{'name': 'twin'}, {'name': 'twin'}]}, 'twice'),
    ({'databases': [{'name': 'n%d' % n} for n in range(101)]}, '100'),
])
def test_what_cannot_be_made_is_refused_before_the_guest_is_asked(
        guest, member, path, body, words):
    code, name, message = api.error(member.post(path, body))
    assert (code, name) == (400, 'badRequest')
    assert words in message
    assert guest.calls == []


def test_no_body_is_refused(member, path):
    assert api.error(member.call('POST', path))[0] == 400


def test_what_exists_is_refused_and_nothing_is_made(guest, member, path):
    create(member, path, 'shop')
    code, _, message = api.error(create(member, path, 'new', 'shop'))
    assert (code, message) == (400, 'Database shop exists already.')
    assert list(guest.databases.kept) == ['shop']


def test_an_empty_list_is_accepted(member, path):
    assert create(member, path).status_code == 202


def test_of_two_that_found_a_name_free_the_later_is_refused(
        guest, member, path, monkeypatch):
    monkeypatch.setattr(guest, 'list_databases', lambda *_, **__: ([], None))
    assert create(member, path, 'shop').status_code == 202
    assert api.error(create(member, path, 'blog', 'shop')) == (
        400, 'badRequest', 'Database shop exists already.')
    # All or none, as without the race.
    assert set(guest.databases.kept) == {'shop'}


def test_what_is_not_there_cannot_be_deleted(guest, member, path):
    assert api.error(member.delete(path + '/none'))[0] == 404
    assert api.error(member.delete(path + '/mysql'))[0] == 400
    assert 'delete_database' not in guest.calls


@pytest.mark.parametrize('name', ['a.json', 'b#c', 'd?e', 'f%41g@h', '50%',
                                  "a'b", 'a`b', 'ü 世'])
def test_names_in_paths_reach_the_guest_whole(guest, member, path, name):
    guest.endpoint.create_database([{'name': name}])
    where = path + '/' + parse.quote(name, safe='')
    assert member.get(where).json['database']['name'] == name
    assert member.delete(where).status_code == 202
    assert api.error(member.get(where))[0] == 404


def test_a_change_that_takes_long_is_accepted(guest, member, path,
                                              service):
    guest.lost.add('create_database')
    assert create(member, path, 'slow').status_code == 202
    assert names(member.get(path)) == ['slow']
    assert guest.bounds['create_database'] == (
        service.conf.agent_answer_wait)


@pytest.mark.parametrize('error', [
    exception.GuestUnreached(instance_id='i', timeout_s=3),
    exception.GuestRestarted(instance_id='i', trouble='')])
def test_a_change_that_is_in_no_queue_is_not_accepted(
        guest, member, path, error, monkeypatch):
    guest.silent.add('create_database')
    monkeypatch.setattr(guest, '_silence', lambda *_: error)
    assert api.error(create(member, path, 'lost'))[:2] == (
        504, 'gatewayTimeout')


@pytest.mark.parametrize('error, code, name', [
    (exception.Forbidden(reason='ours'), 400, 'badRequest'),
    (exception.NotSupported(feature='x', subject='y'), 501,
     'notImplemented'),
    (exception.GuestFailed('odd'), 502, 'badGateway'),
    (RuntimeError('a defect'), 502, 'badGateway')])
def test_failures_of_the_guest_are_told_for_what_they_are(
        guest, member, path, error, code, name):
    if isinstance(error, RuntimeError):
        error = exception.GuestFailed('RuntimeError: a defect')
    guest.breaks['list_databases'] = error
    assert api.error(member.get(path))[:2] == (code, name)


def test_a_silent_guest_is_a_gateway_timeout(guest, member, path):
    guest.silent.add('list_databases')
    for answer in (member.get(path), create(member, path, 'x'),
                   member.delete(path + '/x')):
        assert api.error(answer)[:2] == (504, 'gatewayTimeout')
    assert 'create_database' not in guest.calls


@pytest.mark.parametrize('service_status', [
    status.Service.NEW, status.Service.BUILDING, status.Service.SHUTDOWN,
    status.Service.CRASHED, status.Service.RESTARTING])
def test_an_engine_that_is_down_is_not_asked(service, guest, member, path,
                                             service_status):
    with service.db.writer() as tx:
        tx.guests.set_status(guest.instance_id, service_status)
    for answer in (member.get(path), create(member, path, 'x'),
                   member.get(path + '/x'), member.delete(path + '/x')):
        assert api.error(answer)[:2] == (422, 'unprocessableEntity')
    assert guest.calls == []


def test_room_can_be_made_where_there_is_none(service, guest, member, path):
    assert create(member, path, 'large').status_code == 202
    with service.db.writer() as tx:
        tx.guests.set_status(guest.instance_id, status.Service.BLOCKED)
    assert member.delete(path + '/large').status_code == 202
    assert member.get(path + '/large').status_code == 404


def test_a_guest_that_is_long_silent_is_not_asked(service, guest, member,
                                                  path):
    service.conf.set_override('agent_heartbeat_expiry', 3)
    with service.db.writer() as tx:
        past = tx.now().replace(year=2020)
        tx.guests.report(guest.instance_id, instance.Report(
            status=status.Service.HEALTHY, reported_at=past), 1, 2)
    assert api.error(member.get(path))[0] == 422
    assert guest.calls == []


def test_an_engine_without_databases_says_so(service, guest, member, path,
                                             monkeypatch):
    engine = service.engines.get('mariadb')
    monkeypatch.setattr(type(engine), 'capabilities', frozenset())
    assert api.error(member.get(path))[:2] == (501, 'notImplemented')


def test_strangers_find_nothing_and_operators_everything(service, guest,
                                                         path):
    for method, where in (('GET', path), ('POST', path),
                          ('DELETE', path + '/x')):
        body = {'databases': []} if method == 'POST' else None
        assert api.error(service.caller('foreign').call(
            method, where, json=body))[0] == 404
    assert service.caller('admin').get(path).status_code == 200


def test_no_transaction_is_open_while_a_guest_is_asked(service, guest,
                                                       member, path):
    held = []
    inner = guest.endpoint.list_databases

    def look(**arguments):
        held.append(service.db.engine.pool.checkedout())
        return inner(**arguments)
    guest.endpoint.list_databases = look
    assert member.get(path).status_code == 200
    assert held == [0]
