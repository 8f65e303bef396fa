# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/users and their grants with a guest behind them."""

from urllib import parse

import pytest

from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine


@pytest.fixture
def guest(service):
    made = guest_engine.attach(service)
    for name in ('shop', 'blog'):
        made.endpoint.create_database([{'name': name}])
    return made


@pytest.fixture
def path(guest):
    return '/instances/%s/users' % guest.instance_id


@pytest.fixture
def member(service, guest):
    return service.caller('member')


def create(member, path, name, **more):
    return member.post(path, {'users': [
        {'name': name, 'password': 'secret', **more}]})


def one(path, name):
    """The path of a user, as python-troveclient writes it."""
    return path + '/' + parse.quote(name).replace('.', '%2e')


def test_users_come_and_go(guest, member, path):
    answer = create(member, path, 'ann', databases=[{'name': 'shop'}])
    assert (answer.status_code, answer.data) == (202, b'')
    shown = {'name': 'ann', 'host': '%', 'databases': [{'name': 'shop'}]}
    assert member.get(path).json == {'users': [shown]}
    assert member.get(path + '/ann').json == {'user': shown}
    assert guest.users.kept[('ann', '%')][0] == 'secret'
    answer = member.delete(path + '/ann')
    assert (answer.status_code, answer.data) == (202, b'')
    assert member.get(path).json == {'users': []}


@pytest.mark.parametrize('name, host', [
    ('a.b', '%'), ('a.json', '10.0.0.5'), ('a@b', '10.%'), ('a%41', '%'),
    ('50%', '%'), ('ü n', '10.0.0.0/8'), ('a#?&+', '10.0.%.5'),
    ('x', 'fd00::1')])
def test_hostile_names_and_hosts_are_addressed(member, path, name, host):
    answer = create(member, path, name, host=host)
    assert answer.status_code == 202, answer.data
    where = one(path, name + '@' + host)
    assert member.get(where).json['user']['name'] == name
    assert member.get(where).json['user']['host'] == host
    assert member.put(where + '/databases', {
        'databases': [{'name': 'shop'}]}).status_code == 202
    assert member.get(where + '/databases').json == {
        'databases': [{'name': 'shop'}]}
    assert member.delete(where + '/databases/shop').status_code == 202
    assert member.put(where, {'user': {'password': 'new'}}
                      ).status_code == 202
    assert member.delete(where).status_code == 202
    assert api.error(member.get(where))[0] == 404


def test_a_host_that_is_not_named_is_every_host(member, path):
    create(member, path, 'ann')
    create(member, path, 'ann', host='10.0.0.5')
    for where in ('/ann', '/ann@', '/ann@%25'):
        assert member.get(path + where).json['user']['host'] == '%', where
    assert api.error(member.get(path + '/@10.0.0.5'))[0] == 404


def test_an_encoded_slash_is_a_slash(member, path):
    create(member, path, 'net', host='10.0.0.0/8')
    assert member.get(path + '/net@10.0.0.0%2F8').status_code == 200


def test_pages_are_marked_by_name_and_host(make_service):
    service = make_service(users_page_size=2)
    guest = guest_engine.attach(service)
    member = service.caller('member')
    path = '/instances/%s/users' % guest.instance_id
    wanted = [('a&b', '%'), ('ann', '%'), ('ann', '10.0.0.5'),
              ('ben+c', '10.%'), ('zoe', '%')]
    for name, host in wanted:
        assert create(member, path, name, host=host).status_code == 202
    seen, where = [], path
    while True:
        answer = member.get(where).json
        seen += [(row['name'], row['host']) for row in answer['users']]
        if 'links' not in answer:
            break
        query = parse.parse_qs(
            parse.urlsplit(answer['links'][0]['href']).query)
        where = '%s?marker=%s' % (path, query['marker'][0])
    assert seen == wanted


@pytest.mark.parametrize('user, words', [
    ({'name': 'x'}, 'password'), ({'password': 'x'}, 'name'),
    ({'name': '', 'password': 'x'}, 'name'),
    ({'name': 'root', 'password': 'x'}, 'reserved'),
    ({'name': 'os_admin', 'password': 'x'}, 'reserved'),
    ({'name': 'a' * 81, 'password': 'x'}, '80'),
    ({'name': ' a', 'password': 'x'}, 'blank'),
    ({'name': 'a`b', 'password': 'x'}, '`'),
    ({'name': 'a', 'password': 'x;y'}, ';'),
    ({'name': 'a', 'password': '--'}, 'password'),
    ({'name': 'a', 'password': 'x', 'host': 'localhost'}, 'host'),
    ({'name': 'a', 'password': 'x', 'host': '10.0.0.999'}, 'host'),
    ({'name': 'a', 'password': 'x', 'host': 'a b'}, 'host'),
    ({'name': 'a', 'password': 'x', 'databases': [{'name': 'mysql'}]},
     'reserved'),
    ({'name': 'a', 'password': 'x', 'databases': [{'name': 'd'}] * 2},
     'twice'),
])
def test_what_cannot_be_made_is_refused_before_the_guest_is_asked(
        guest, member, path, user, words):
    code, name, message = api.error(member.post(path, {'users': [user]}))
    assert (code, name) == (400, 'badRequest')
    assert words.lower() in message.lower()
    assert guest.calls == []


def test_hosts_may_be_names_where_the_operator_says_so(make_service):
    service = make_service(hostname_require_valid_ip=False)
    guest = guest_engine.attach(service)
    member = service.caller('member')
    path = '/instances/%s/users' % guest.instance_id
    assert create(member, path, 'a', host='My-Host.example.org'
                  ).status_code == 202
    assert list(guest.users.kept) == [('a', 'my-host.example.org')]
    assert api.error(create(member, path, 'b', host='localhost'))[0] == 400


def test_duplicates_and_existing_ones_are_refused(guest, member, path):
    twin = {'name': 'ann', 'password': 'x'}
    assert api.error(member.post(path, {'users': [twin, twin]}))[0] == 400
    create(member, path, 'ann')
    code, _, message = api.error(member.post(path, {'users': [
        {'name': 'new', 'password': 'x'}, twin]}))
    assert (code, message) == (400, 'User ann@% exists already.')
    assert list(guest.users.kept) == [('ann', '%')]
    assert member.post(path, {'users': []}).status_code == 202


def test_passwords_change_for_all_or_none(guest, member, path):
    create(member, path, 'ann')
    answer = member.put(path, {'users': [
        {'name': 'ann', 'password': 'other'},
        {'name': 'nobody', 'password': 'other'}]})
    assert api.error(answer)[0] == 404
    assert guest.users.kept[('ann', '%')][0] == 'secret'
    assert member.put(path, {'users': [
        {'name': 'ann', 'password': 'other'}]}).status_code == 202
    assert guest.users.kept[('ann', '%')][0] == 'other'
    for user in ({'name': 'root', 'password': 'x'}, {'name': 'ann'},
                 {'name': 'ann', 'password': "it's"}):
        assert api.error(member.put(path, {'users': [user]}))[0] == 400


def test_a_user_is_renamed_and_moved_and_keeps_its_grants(guest, member,
                                                          path):
    create(member, path, 'ann', databases=[{'name': 'shop'}])
    answer = member.put(path + '/ann', {'user': {
        'name': 'eve', 'host': '10.%', 'password': 'other'}})
    assert (answer.status_code, answer.data) == (202, b'')
    assert guest.users.kept == {('eve', '10.%'): ['other', {'shop'}]}


def test_a_change_to_what_is_so_already_is_none(guest, member, path):
    create(member, path, 'ann')
    guest.calls.clear()
    assert member.put(path + '/ann', {'user': {
        'name': 'ann', 'host': '%'}}).status_code == 202
    assert 'update_attributes' not in guest.calls


@pytest.mark.parametrize('change, code', [
    ({}, 400), ({'x': 1}, 400), ({'name': 'root'}, 400),
    ({'name': 'a`b'}, 400), ({'host': 'localhost'}, 400),
    ({'password': 'a;b'}, 400), ({'name': 'ben'}, 400),
    ({'name': 5}, 400)])
def test_a_change_that_cannot_be_is_refused(guest, member, path, change,
                                            code):
    create(member, path, 'ann')
    create(member, path, 'ben')
    assert api.error(member.put(path + '/ann', {'user': change}))[0] == code
    assert set(guest.users.kept) == {('ann', '%'), ('ben', '%')}
    assert 'update_attributes' not in guest.calls


def test_unknown_and_reserved_users(guest, member, path):
    bodies = {'PUT': {'user': {'password': 'x'}}}
    for method in ('GET', 'PUT', 'DELETE'):
        for name, code in (('nobody', 404), ('root', 400)):
            assert api.error(member.call(
                method, path + '/' + name,
                json=bodies.get(method)))[0] == code, (method, name)
    grant = {'databases': [{'name': 'shop'}]}
    for method, where in (('GET', ''), ('PUT', ''), ('DELETE', '/shop')):
        for name, code in (('nobody', 404), ('root', 400)):
            answer = member.call(
                method, path + '/' + name + '/databases' + where,
                json=grant if method == 'PUT' else None)
            assert api.error(answer)[0] == code, (method, name)


def test_grants_are_given_and_taken(guest, member, path):
    create(member, path, 'ann')
    where = path + '/ann/databases'
    both = {'databases': [{'name': 'shop'}, {'name': 'blog'}]}
    assert member.put(where, both).status_code == 202
    assert member.get(where).json == {
        'databases': [{'name': 'blog'}, {'name': 'shop'}]}
    assert member.delete(where + '/shop').status_code == 202
    assert member.get(where).json == {'databases': [{'name': 'blog'}]}
    assert api.error(member.delete(where + '/shop'))[0] == 404
    assert api.error(member.put(where, {
        'databases': [{'name': 'nowhere'}]}))[0] == 404
    for body in ({}, {'databases': [{'name': 'mysql'}]},
                 {'databases': [{'name': 'shop'}] * 2}):
        assert api.error(member.put(where, body))[0] == 400


def test_a_grant_is_waited_for_and_a_creation_is_not(guest, member, path):
    create(member, path, 'ann')
    guest.lost.update(('grant_access', 'revoke_access', 'create_user',
                       'update_attributes', 'change_passwords',
                       'delete_user'))
    where = path + '/ann/databases'
    body = {'databases': [{'name': 'shop'}]}
    assert api.error(member.put(where, body))[0] == 504
    assert api.error(member.delete(where + '/shop'))[0] == 504
    assert create(member, path, 'ben').status_code == 202
    assert member.put(path + '/ben', {'user': {'name': 'eve'}}
                      ).status_code == 202
    assert member.delete(path + '/eve').status_code == 202


def test_rights_are_asked_rule_by_rule(make_service, tmp_path):
    policy = tmp_path / 'policy.yaml'
    policy.write_text(
        '"instance:extension:user:index": "role:nobody"\n'
        '"instance:extension:user_access:update": "role:nobody"\n')
    service = make_service(policy_file=policy)
    guest = guest_engine.attach(service)
    member = service.caller('member')
    path = '/instances/%s/users' % guest.instance_id
    assert api.error(member.get(path))[0] == 403
    assert create(member, path, 'ann').status_code == 202
    assert api.error(member.put(path + '/ann/databases', {
        'databases': []}))[0] == 403
    assert member.get(path + '/ann/databases').status_code == 200


def test_of_two_that_found_a_name_free_the_later_is_refused(
        guest, member, path, monkeypatch):
    monkeypatch.setattr(guest, 'get_user', lambda *_: None)
    assert create(member, path, 'ann').status_code == 202
    answer = member.post(path, {'users': [
        {'name': 'bob', 'password': 'secret'},
        {'name': 'ann', 'password': 'another'}]})
    assert api.error(answer) == (400, 'badRequest',
                                 'User ann@% exists already.')
    # Nor does its password count.
    assert guest.users.kept == {('ann', '%'): ['secret', set()]}
