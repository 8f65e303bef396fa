# SPDX-License-Identifier: Apache-2.0
"""Databases, users and root through the endpoint, on a real engine."""

import concurrent.futures
import contextlib

import pymysql
import pytest

from trove.common import exception
from trove.datastores.sqlfamily.guest import connection
from trove.datastores.sqlfamily.guest import users
from trove.guestkit import errors

HOSTILE = ('a`b', "a'b", 'a"b', 'a%b', 'a%%s', 'a_b', 'a\\b', 'a\\_b',
           '`; DROP DATABASE mysql; --', 'ünï 世', ' --x')


@pytest.fixture
def endpoint(prepared):
    return prepared.link.endpoint


def make_user(endpoint, name, databases=(), host='%', password='pw'):
    endpoint.create_user([{'name': name, 'password': password, 'host': host,
                           'databases': [{'name': item}
                                         for item in databases]}])


@pytest.mark.parametrize('name', HOSTILE)
def test_a_database_of_any_name_comes_and_goes(endpoint, name):
    endpoint.create_database([{'name': name}])
    found, _ = endpoint.list_databases()
    assert name in [item['name'] for item in found]
    endpoint.delete_database({'name': name})
    found, _ = endpoint.list_databases()
    assert name not in [item['name'] for item in found]
    assert 'shop' in [item['name'] for item in found]


@pytest.mark.parametrize('name', HOSTILE)
def test_a_user_of_any_name_logs_in_with_any_password(prepared, endpoint,
                                                      name):
    make_user(endpoint, name, ['shop'], password=name)
    try:
        assert prepared.query('SELECT 1', user=name, password=name) == (
            (1,),)
        assert endpoint.get_user(name)['databases'] == [{'name': 'shop'}]
    finally:
        endpoint.delete_user({'name': name})
    assert endpoint.get_user(name) is None


@pytest.mark.parametrize('name', HOSTILE)
def test_a_grant_covers_its_database_and_no_other(prepared, endpoint, name):
    endpoint.create_database([{'name': name}, {'name': 'aXb'}])
    make_user(endpoint, 'granted', [name])
    try:
        assert endpoint.list_access('granted') == [{'name': name}]
        seen = prepared.query('SHOW DATABASES', user='granted',
                              password='pw', database=None)
        assert (name,) in seen
        assert ('aXb',) not in seen
        endpoint.revoke_access('granted', '%', name)
        assert endpoint.list_access('granted') == []
    finally:
        endpoint.delete_user({'name': 'granted'})
        endpoint.delete_database(name)
        endpoint.delete_database('aXb')


def test_character_set_and_collation_are_kept(endpoint):
    endpoint.create_database([{'name': 'old', 'character_set': 'latin1',
                               'collate': 'latin1_bin'}])
    found, _ = endpoint.list_databases()
    assert {'name': 'old', 'character_set': 'latin1',
            'collate': 'latin1_bin'} in found
    endpoint.delete_database('old')


def test_the_engines_own_databases_and_users_are_hidden_and_safe(endpoint):
    names = [item['name'] for item in endpoint.list_databases()[0]]
    assert not {'mysql', 'sys', 'information_schema'} & set(names)
    for name in ('mysql', 'MYSQL', 'sys'):
        with pytest.raises(exception.Forbidden):
            endpoint.delete_database(name)
    for name in ('root', 'os_admin', 'mariadb.sys'):
        with pytest.raises(exception.Forbidden):
            endpoint.delete_user({'name': name})
    with pytest.raises(exception.Forbidden):
        make_user(endpoint, 'sly', host='localhost')


def test_databases_are_listed_in_pages(endpoint):
    endpoint.create_database([{'name': 'p%d' % i} for i in range(3)])
    seen, marker = [], None
    while True:
        found, marker = endpoint.list_databases(limit=2, marker=marker)
        assert len(found) <= 2
        seen += [item['name'] for item in found]
        if marker is None:
            break
    assert seen == sorted(set(seen))
    assert {'p0', 'p1', 'p2', 'shop'} <= set(seen)
    for i in range(3):
        endpoint.delete_database('p%d' % i)


def test_users_are_listed_in_pages_marked_by_name_and_host(endpoint):
    for host in ('%', '10.0.0.1'):
        make_user(endpoint, 'twin', host=host)
    found, marker = endpoint.list_users(limit=2)
    assert [item['name'] for item in found] == ['ann', 'twin']
    assert marker == 'twin@%'
    found, marker = endpoint.list_users(limit=2, marker=marker)
    assert [item['host'] for item in found] == ['10.0.0.1']
    assert marker is None
    found, _ = endpoint.list_users(marker='twin@%', include_marker=True)
    assert len(found) == 2
    for host in ('%', '10.0.0.1'):
        endpoint.delete_user({'name': 'twin', 'host': host})


def test_a_network_as_host_reads_back_as_it_was_written(prepared, endpoint):
    make_user(endpoint, 'net', ['shop'], host='127.0.0.0/8')
    try:
        assert endpoint.get_user('net', '127.0.0.0/8')['host'] == (
            '127.0.0.0/8')
        assert prepared.query('SELECT 1', user='net', password='pw') == (
            (1,),)
    finally:
        endpoint.delete_user({'name': 'net', 'host': '127.0.0.0/8'})


def test_a_user_is_renamed_moved_and_gets_a_password(prepared, endpoint):
    make_user(endpoint, 'before', ['shop'])
    endpoint.update_attributes('before', '%', {'name': 'after',
                                               'host': '127.%',
                                               'password': 'newpw'})
    try:
        assert endpoint.get_user('before') is None
        assert prepared.query('SELECT 1', user='after',
                              password='newpw') == ((1,),)
        endpoint.change_passwords([{'name': 'after', 'host': '127.%',
                                    'password': 'third'}])
        with pytest.raises(pymysql.err.OperationalError):
            prepared.query('SELECT 1', user='after', password='newpw')
        make_user(endpoint, 'other')
        with pytest.raises(errors.UserExists):
            endpoint.update_attributes('other', '%', {'name': 'after',
                                                      'host': '127.%'})
    finally:
        endpoint.delete_user({'name': 'after', 'host': '127.%'})
        endpoint.delete_user({'name': 'other'})


def test_unknown_users_and_databases_are_named(endpoint):
    with pytest.raises(users.UserNotFound):
        endpoint.list_access('nobody')
    with pytest.raises(users.UserNotFound):
        endpoint.grant_access('nobody', '%', ['shop'])
    with pytest.raises(users.DatabaseNotFound):
        endpoint.grant_access('ann', '%', ['nowhere'])
    with pytest.raises(users.DatabaseNotFound):
        endpoint.revoke_access('ann', '%', 'nowhere')


def test_a_user_that_cannot_be_is_unknown(endpoint):
    name = 'dolphin \U0001f42c'
    assert endpoint.get_user(name) is None
    endpoint.delete_user({'name': name})
    with pytest.raises(users.UserNotFound):
        endpoint.list_access(name)
    with pytest.raises(users.UserNotFound):
        endpoint.grant_access(name, '%', ['shop'])


def test_who_may_do_less_is_out_at_once(prepared, endpoint):
    make_user(endpoint, 'leaver', ['shop'], password='pw')
    with prepared.connect(user='leaver', password='pw',
                          database='shop') as session:
        endpoint.revoke_access('leaver', '%', 'shop')
        with pytest.raises(pymysql.err.MySQLError):
            session.cursor().execute('SHOW TABLES')
    with prepared.connect(user='leaver', password='pw',
                          database=None) as session:
        endpoint.delete_user({'name': 'leaver'})
        with pytest.raises(pymysql.err.MySQLError):
            session.cursor().execute('SELECT 1')


@pytest.mark.parametrize('kind', ['InnoDB', 'MyISAM', 'Aria'])
def test_no_table_is_anywhere_but_on_the_volume(prepared, tmp_path, kind):
    tmp_path.chmod(0o777)
    prepared.query("CREATE TABLE away (a INT) ENGINE=%s DATA DIRECTORY='%s'"
                   % (kind, tmp_path))
    try:
        [(_, text)] = prepared.query('SHOW CREATE TABLE away')
        assert 'DIRECTORY' not in text
        assert not list(tmp_path.iterdir())
    finally:
        prepared.query('DROP TABLE away')


def test_the_agent_gets_in_when_tenants_have_all_connections(prepared,
                                                             endpoint):
    before = endpoint.apply_overrides({'max_connections': 10})
    assert before == {'max_connections': 10}
    try:
        with contextlib.ExitStack() as taken:
            with pytest.raises(pymysql.err.OperationalError, match='1040'):
                for _ in range(20):
                    taken.enter_context(prepared.connect())
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                asked = [pool.submit(endpoint.list_databases)
                         for _ in range(24)]
                assert all(one.result()[0] for one in asked)
    finally:
        endpoint.apply_overrides({'max_connections': 100})


def test_a_user_of_a_database_that_is_not_there_is_not_made(endpoint):
    with pytest.raises(users.DatabaseNotFound):
        make_user(endpoint, 'early', ['nowhere'])
    assert endpoint.get_user('early') is None


def test_what_the_engine_refuses_is_an_error_of_ours(endpoint):
    with pytest.raises(connection.StatementRefused, match='character set'):
        endpoint.create_database([{'name': 'x', 'character_set': 'klingon'}])


def test_root_comes_in_while_enabled_and_not_after(prepared, endpoint):
    def select(password):
        return prepared.query('SELECT 1', user='root', password=password,
                              database=None)

    assert endpoint.is_root_enabled() is False
    first = endpoint.enable_root()
    assert endpoint.is_root_enabled() is True
    assert select(first['password']) == ((1,),)
    second = endpoint.enable_root_with_password('mine-now')
    assert select(second['password']) == ((1,),)
    with pytest.raises(pymysql.err.OperationalError):
        select(first['password'])
    endpoint.disable_root()
    assert endpoint.is_root_enabled() is False
    with pytest.raises(pymysql.err.OperationalError):
        select('mine-now')


def test_the_agent_stays_in_whatever_sql_mode_a_tenant_sets(prepared,
                                                            endpoint):
    try:
        for mode in ('ANSI_QUOTES,NO_BACKSLASH_ESCAPES', '', 'ORACLE'):
            endpoint.apply_overrides({'sql_mode': mode})
            make_user(endpoint, "o'\\neil", ['shop'], password='a\\b\'"')
            assert prepared.query('SELECT 1', user="o'\\neil",
                                  password='a\\b\'"') == ((1,),)
            endpoint.delete_user({'name': "o'\\neil"})
    finally:
        endpoint.apply_overrides({'sql_mode': 'STRICT_TRANS_TABLES'})


def test_a_limit_on_what_may_be_looked_at_is_none_of_the_agents(endpoint):
    endpoint.apply_overrides({'max_join_size': 1})
    try:
        assert endpoint.list_databases()[0]
        make_user(endpoint, 'joined', ['shop'])
        assert endpoint.get_user('joined')
        endpoint.delete_user({'name': 'joined'})
    finally:
        endpoint.apply_overrides({'max_join_size': 2 ** 63})


@pytest.mark.parametrize('statement', [
    "SET GLOBAL general_log_file = '/etc/mysql/trove.d/99.cnf'",
    "SELECT 1 INTO OUTFILE '/etc/mysql/trove.d/99.cnf'",
    "SELECT load_file('/etc/passwd') IS NOT NULL OR 1 / 0",
    'SHUTDOWN',
    "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'",
    'SET GLOBAL read_only = 1'])
def test_root_of_a_tenant_stays_inside_the_engine(prepared, endpoint,
                                                  statement):
    root = endpoint.enable_root()
    try:
        with pytest.raises(pymysql.err.MySQLError):
            rows = prepared.query(statement, user='root',
                                  password=root['password'], database='shop')
            assert rows == ((None,),), rows
            raise pymysql.err.DataError('nothing was read')
    finally:
        endpoint.disable_root()


def test_an_agent_that_was_locked_out_is_let_in_by_a_restart(prepared,
                                                             endpoint):
    with prepared.driver.engine._connector.open() as session:
        session.run('ALTER USER root@localhost ACCOUNT LOCK')
    with pytest.raises(connection.StatementRefused):
        endpoint.list_databases()
    endpoint.restart()
    assert endpoint.list_databases()
