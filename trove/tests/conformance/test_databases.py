# SPDX-License-Identifier: Apache-2.0
"""Databases: create, list, show, delete."""

import secrets
from urllib import parse

import pytest

pytestmark = pytest.mark.needs('databases')


def names(rows):
    return [row.name for row in rows]


def test_databases_of_any_name_come_and_go(server):
    trove, given = server.trove, server.witness.names.databases
    before = names(trove.databases.list(server.id))
    trove.databases.create(server.id, [{'name': name} for name in given])
    assert set(given) < set(names(trove.databases.list(server.id)))
    for name in given:
        # The client puts this name into the path as it is.
        trove.databases.delete(server.id, parse.quote(name, safe=''))
    assert names(trove.databases.list(server.id)) == before


def test_the_list_comes_in_pages(server):
    trove = server.trove
    given = [f'page{number}' for number in range(5)]
    trove.databases.create(server.id, [{'name': name} for name in given])
    page = trove.databases.list(server.id, limit=2)
    seen = list(page)
    while page.next:
        page = trove.databases.list(server.id, limit=2, marker=page.next)
        assert len(page) <= 2
        seen += page
    assert names(seen) == names(trove.databases.list(server.id))
    assert set(given) < set(names(seen))
    for name in given:
        trove.databases.delete(server.id, name)


def test_character_set_and_collation_are_kept(server):
    charset, collate = server.witness.collation
    server.trove.databases.create(server.id, [
        {'name': 'letters', 'character_set': charset, 'collate': collate}])
    server.trove.users.grant(server.id, 'app', ['letters'])
    with server.session(database='letters') as session:
        assert tuple(server.witness.collation_of(
            session, 'letters')) == (charset, collate)
    server.trove.databases.delete(server.id, 'letters')
    server.refuses(400, server.trove.databases.create, server.id, [
        {'name': 'letters', 'character_set': 'klingon'}])


def test_a_name_at_the_limit_is_taken_and_a_longer_one_refused(server):
    longest = 'd' * server.witness.names.longest_database
    create = server.trove.databases.create
    create(server.id, [{'name': longest}])
    assert longest in names(server.trove.databases.list(server.id))
    server.trove.databases.delete(server.id, longest)
    server.refuses(400, create, server.id, [{'name': longest + 'd'}])


def test_the_engine_s_own_are_refused_and_hidden(server):
    listed = names(server.trove.databases.list(server.id))
    for name in server.witness.names.reserved_databases:
        assert name not in listed
        server.refuses(400, server.trove.databases.create, server.id,
                       [{'name': name}])
        server.refuses(400, server.trove.databases.delete, server.id, name)


def test_what_is_dropped_is_gone_and_its_neighbour_stays(server):
    trove, name = server.trove, 'gone' + secrets.token_hex(4)
    trove.databases.create(server.id, [{'name': name}])
    trove.databases.delete(server.id, name)
    server.refuses(404, trove.databases.delete, server.id, name)
    server.write()
    assert server.rows() >= 1
