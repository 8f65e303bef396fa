# SPDX-License-Identifier: Apache-2.0
"""Users of the tenant, and what they may use."""

import pytest

pytestmark = pytest.mark.needs('users')


@pytest.fixture(scope='module')
def books(server):
    """A second database."""
    server.trove.databases.create(server.id, [{'name': 'books'}])
    return 'books'


def names(rows):
    return [row.name for row in rows]


def host(server):
    """Said wherever a name could be taken for name@host.

    Users of an engine without hosts come from everywhere as well.
    """
    return '%'


def test_users_of_any_name_log_in(server, password):
    trove = server.trove
    for name in server.witness.names.users:
        trove.users.create(server.id, [
            {'name': name, 'password': password,
             'databases': [{'name': 'shop'}]}])
        assert server.lets_in(name, password, 'shop'), name
        assert trove.users.get(server.id, name, host(server)).databases == [
            {'name': 'shop'}]
        trove.users.delete(server.id, name, host(server))
        assert not server.lets_in(name, password, 'shop'), name
    assert names(trove.users.list(server.id)) == ['app']


def test_any_password_is_the_password(server):
    trove = server.trove
    for word in server.witness.names.passwords:
        trove.users.create(server.id, [
            {'name': 'odd', 'password': word,
             'databases': [{'name': 'shop'}]}])
        assert server.lets_in('odd', word, 'shop'), word
        assert not server.lets_in('odd', word + 'x', 'shop')
        trove.users.delete(server.id, 'odd')
    for word in server.witness.names.refused_passwords:
        server.refuses(400, trove.users.create, server.id, [
            {'name': 'odd', 'password': word, 'databases': []}])


def test_a_name_at_the_limit_is_taken_and_a_longer_one_refused(server,
                                                               password):
    longest = 'u' * server.witness.names.longest_user
    server.trove.users.create(server.id, [
        {'name': longest, 'password': password,
         'databases': [{'name': 'shop'}]}])
    assert server.lets_in(longest, password, 'shop')
    server.trove.users.delete(server.id, longest)
    server.refuses(400, server.trove.users.create, server.id, [
        {'name': longest + 'u', 'password': password, 'databases': []}])


def test_the_engine_s_own_are_refused_and_hidden(server, password):
    listed = names(server.trove.users.list(server.id))
    for name in server.witness.names.reserved_users:
        assert name not in listed
        server.refuses(400, server.trove.users.create, server.id, [
            {'name': name, 'password': password, 'databases': []}])
        server.refuses(400, server.trove.users.delete, server.id, name)


def test_a_revoked_grant_ends(server, books, password):
    trove = server.trove
    trove.users.create(server.id, [{'name': 'eve', 'password': password}])
    assert not server.lets_in('eve', password, books)
    trove.users.grant(server.id, 'eve', [books])
    assert server.lets_in('eve', password, books)
    assert names(trove.users.list_access(server.id, 'eve')) == [books]
    trove.users.revoke(server.id, 'eve', books)
    assert not server.lets_in('eve', password, books)
    server.refuses(404, trove.users.revoke, server.id, 'eve', books)
    server.refuses(404, trove.users.grant, server.id, 'eve', ['nowhere'])
    trove.users.delete(server.id, 'eve')


def test_password_and_name_are_changed_and_grants_stay(server):
    trove = server.trove
    trove.users.create(server.id, [{
        'name': 'ann', 'password': 'first-word',
        'databases': [{'name': 'shop'}]}])
    trove.users.update_attributes(
        server.id, 'ann',
        newuserattr={'name': 'ben', 'password': 'second-word'})
    assert server.lets_in('ben', 'second-word', 'shop')
    assert not server.lets_in('ann', 'first-word', 'shop')
    trove.users.change_passwords(
        server.id, [{'name': 'ben', 'password': 'third-word'}])
    assert not server.lets_in('ben', 'second-word', 'shop')
    assert server.lets_in('ben', 'third-word', 'shop')
    trove.users.delete(server.id, 'ben')


def test_the_host_part_is_kept_or_refused(server, password):
    user = {'name': 'far', 'password': password, 'host': '192.0.2.0/24',
            'databases': [{'name': 'shop'}]}
    if not server.witness.hosts:
        server.refuses(400, server.trove.users.create, server.id, [user])
        return
    server.trove.users.create(server.id, [user])
    assert not server.lets_in('far', password, 'shop')
    server.trove.users.update_attributes(
        server.id, 'far', hostname='192.0.2.0/24', newuserattr={'host': '%'})
    assert server.lets_in('far', password, 'shop')
    server.trove.users.delete(server.id, 'far')


def test_the_list_comes_in_pages(server, password):
    trove = server.trove
    given = [f'page{number}' for number in range(5)]
    trove.users.create(server.id, [
        {'name': name, 'password': password} for name in given])
    page = trove.users.list(server.id, limit=2)
    seen = list(page)
    while page.next:
        page = trove.users.list(server.id, limit=2, marker=page.next)
        seen += page
    assert sorted(names(seen)) == sorted([*given, 'app'])
    for name in given:
        trove.users.delete(server.id, name)
