# SPDX-License-Identifier: Apache-2.0
"""Databases, users and root of a real PostgreSQL, through the endpoint."""

import psycopg
import pytest

from trove.common import exception
from trove.common import waiting
from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import roles
from trove.datastores.postgresql.guest import users
from trove.tests.fixtures import guest_engines

REFUSED = guest_engines.PostgreSQL.refused
HOSTILE = ('a`b', "a'b", 'a"b', 'a%b', 'a%%s', 'a_b', 'a\\b', 'a\\_b',
           '"; DROP DATABASE postgres; --', 'ünï 世', ' --x', 'a=b host=c',
           'all', 'CamelCase', 'ü' * 31 + 'x', '{}', 'a$b')


@pytest.fixture
def endpoint(postgresql):
    return postgresql.link.endpoint


@pytest.fixture
def root(postgresql, endpoint):
    """Statements of root."""
    password = endpoint.enable_root()['password']

    def ask(statement, database='postgres'):
        return postgresql.query(statement, user='root', password=password,
                                database=database)
    yield ask
    endpoint.disable_root()


def make_user(endpoint, name, databases=(), password='pw'):
    endpoint.create_user([{'name': name, 'password': password,
                           'databases': [{'name': item}
                                         for item in databases]}])


def read_until(path, word):
    """A log, once the engine has written this into it."""
    def look():
        with open(path) as stream:
            text = stream.read()
        return text if word in text else None
    return waiting.until(look, 10, word + ' in the log')


@pytest.mark.parametrize('name', HOSTILE)
def test_a_database_and_a_user_of_any_name(postgresql, endpoint, name):
    endpoint.create_database([{'name': name}])
    make_user(endpoint, name, [name], password=name)
    try:
        assert postgresql.query(
            'SELECT current_database(), session_user', user=name,
            password=name, database=name) == ((name, name),)
        assert endpoint.get_user(name)['databases'] == [{'name': name}]
        assert endpoint.list_access(name) == [{'name': name}]
        assert name in [item['name'] for item in endpoint.list_users()[0]]
        with pytest.raises(REFUSED, match='permission denied'):
            postgresql.query('SELECT 1', user=name, password=name)
        endpoint.revoke_access(name, '%', name)
        with pytest.raises(REFUSED, match='permission denied'):
            postgresql.query('SELECT 1', user=name, password=name,
                             database=name)
    finally:
        endpoint.delete_user({'name': name})
        endpoint.delete_database({'name': name})
    assert endpoint.get_user(name) is None
    assert name not in [item['name'] for item in endpoint.list_databases()[0]]
    assert 'shop' in [item['name'] for item in endpoint.list_databases()[0]]


@pytest.mark.parametrize('given, shown', [
    ({}, ('UTF8', 'C.UTF-8')),
    ({'character_set': 'latin1'}, ('LATIN1', 'C')),
    ({'character_set': 'utf8', 'collate': 'c.utf8'}, ('UTF8', 'C.UTF-8')),
    ({'collate': 'de-x-icu'}, ('UTF8', 'de-x-icu')),
    ({'character_set': 'UNICODE', 'collate': 'C'}, ('UTF8', 'C'))])
def test_encoding_and_collation_are_kept(endpoint, given, shown):
    endpoint.create_database([{'name': 'enc', **given}])
    try:
        found, _ = endpoint.list_databases()
        assert {'name': 'enc', 'character_set': shown[0],
                'collate': shown[1]} in found
    finally:
        endpoint.delete_database('enc')


def test_what_is_made_in_a_database_belongs_to_all_its_users(postgresql,
                                                             endpoint):
    make_user(endpoint, 'bob', ['shop'])
    try:
        postgresql.query('CREATE TABLE ours (a INT)')
        postgresql.query('ALTER TABLE ours ADD b INT', user='bob',
                         password='pw')
        postgresql.query('CREATE TABLE bobs AS SELECT 1 AS a', user='bob',
                         password='pw')
        postgresql.query('SET ROLE NONE; CREATE TABLE private (a INT)',
                         user='bob', password='pw')
    finally:
        endpoint.delete_user({'name': 'bob'})
    assert postgresql.query('SELECT a FROM bobs') == ((1,),)
    postgresql.query('DROP TABLE ours, bobs, private')


def test_who_loses_a_database_is_out_at_once(postgresql, endpoint):
    make_user(endpoint, 'eve', ['shop'])
    try:
        with postgresql.connect(user='eve', password='pw') as session:
            session.execute('SELECT 1')
            endpoint.revoke_access('eve', '%', 'shop')
            with pytest.raises(psycopg.OperationalError):
                session.execute('SELECT 1')
        assert endpoint.list_access('eve') == []
    finally:
        endpoint.delete_user({'name': 'eve'})


def test_one_users_revoke_is_no_others(postgresql, endpoint):
    make_user(endpoint, 'eve', ['shop'])
    endpoint.revoke_access('eve', '%', 'shop')
    endpoint.delete_user({'name': 'eve'})
    assert postgresql.query('SELECT 1') == ((1,),)


def test_the_engines_own_are_hidden_and_safe(endpoint):
    names = {item['name'] for item in endpoint.list_databases()[0]}
    assert not {'postgres', 'template0', 'template1'} & names
    for name in ('postgres', 'POSTGRES', 'template1'):
        with pytest.raises(exception.Forbidden):
            endpoint.delete_database(name)
    shown = {item['name'] for item in endpoint.list_users()[0]}
    assert not {name for name in shown if name.startswith(('pg_', 'os_'))}
    for name in ('root', 'os_admin', 'postgres', 'pg_monitor', 'os_db_1'):
        with pytest.raises(exception.Forbidden):
            endpoint.delete_user({'name': name})
    with pytest.raises(exception.BadRequest):
        endpoint.create_user([{'name': 'x', 'password': 'y',
                               'host': '10.0.0.1'}])
    assert endpoint.get_user('ann', '10.0.0.1') is None


def test_pages(endpoint):
    endpoint.create_database([{'name': 'p%d' % i} for i in range(3)])
    seen, marker = [], None
    while True:
        found, marker = endpoint.list_databases(limit=2, marker=marker)
        seen += [item['name'] for item in found]
        if marker is None:
            break
    assert seen == ['p0', 'p1', 'p2', 'shop']
    for i in range(3):
        endpoint.delete_database('p%d' % i)
    make_user(endpoint, 'zoe')
    found, marker = endpoint.list_users(limit=1)
    assert ([item['name'] for item in found], marker) == (['ann'], 'ann@%')
    assert [item['name'] for item in endpoint.list_users(
        marker=marker)[0]] == ['zoe']
    endpoint.delete_user({'name': 'zoe'})


def test_a_user_is_renamed_and_gets_a_password(postgresql, endpoint):
    make_user(endpoint, 'before', ['shop'])
    endpoint.update_attributes('before', '%', {'name': 'after'})
    try:
        assert postgresql.query('SELECT 1', user='after',
                                password='pw') == ((1,),)
        endpoint.change_passwords([{'name': 'after', 'password': 'third'}])
        with pytest.raises(REFUSED):
            postgresql.query('SELECT 1', user='after', password='pw')
        with pytest.raises(users.UserExists):
            endpoint.update_attributes('after', '%', {'name': 'ann'})
        with pytest.raises(exception.BadRequest):
            endpoint.update_attributes('after', '%', {'host': '10.0.0.1'})
    finally:
        endpoint.delete_user({'name': 'after'})


def test_unknown_users_and_databases_are_named(endpoint):
    for call in (lambda: endpoint.list_access('nobody'),
                 lambda: endpoint.grant_access('nobody', '%', ['shop'])):
        with pytest.raises(users.UserNotFound):
            call()
    for call in (lambda: endpoint.grant_access('ann', '%', ['nowhere']),
                 lambda: endpoint.revoke_access('ann', '%', 'nowhere')):
        with pytest.raises(roles.DatabaseNotFound):
            call()


def test_a_user_of_a_database_that_is_not_there_is_not_made(endpoint):
    with pytest.raises(roles.DatabaseNotFound):
        make_user(endpoint, 'early', ['nowhere'])
    assert endpoint.get_user('early') is None


def test_what_the_engine_refuses_is_an_error_of_ours(endpoint):
    with pytest.raises(connection.StatementRefused, match='ICU|icu|encod'):
        endpoint.create_database([{'name': 'x', 'character_set':
                                   'MULE_INTERNAL', 'collate': 'de-x-icu'}])


# --- root

def test_root_administers_but_does_not_get_out(postgresql, endpoint, root):
    assert endpoint.is_root_enabled() is True
    make_user(endpoint, 'late', ['shop'])
    root('CREATE DATABASE roots')
    root("CREATE ROLE made LOGIN PASSWORD 'm'")
    root("ALTER ROLE late PASSWORD 'by-root'")
    root('GRANT late TO made')
    assert postgresql.query('SELECT 1', user='late',
                            password='by-root') == ((1,),)
    root('CREATE TABLE of_root (a INT)', 'shop')
    root('SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
         "WHERE usename = 'late'")
    for way_out in (
            "COPY (SELECT 1) TO PROGRAM 'id'", "COPY (SELECT 1) TO '/tmp/x'",
            "SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/x')",
            "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y'",
            'ALTER SYSTEM SET work_mem = 1', "LOAD '/tmp/x.so'",
            'GRANT pg_execute_server_program TO root',
            'GRANT pg_execute_server_program TO made',
            'GRANT pg_read_server_files TO root', 'ALTER ROLE root SUPERUSER',
            'CREATE ROLE s SUPERUSER', 'SET ROLE postgres',
            "UPDATE pg_authid SET rolsuper = true WHERE rolname = 'root'",
            "ALTER ROLE postgres PASSWORD 'x'", 'GRANT postgres TO root',
            'CREATE EXTENSION file_fdw', 'CREATE EXTENSION dblink',
            "CREATE TABLESPACE t LOCATION '/tmp'", 'DROP ROLE postgres',
            "SELECT pg_create_physical_replication_slot('x')",
            "SET session_preload_libraries = 'x'",
            "ALTER ROLE root SET dynamic_library_path = '/tmp'"):
        with pytest.raises(psycopg.Error):
            root(way_out)
    assert endpoint.list_databases()[0][0]['name'] == 'roots'
    endpoint.grant_access('ann', '%', ['roots'])
    assert postgresql.query('SELECT 1', database='roots') == ((1,),)
    for name in ('late', 'made'):
        endpoint.delete_user({'name': name})
    endpoint.delete_database('roots')


def test_root_comes_in_while_enabled_and_not_after(postgresql, endpoint):
    def select(password):
        return postgresql.query('SELECT 1', user='root', password=password,
                                database='postgres')

    assert endpoint.is_root_enabled() is False
    first = endpoint.enable_root()
    assert select(first['password']) == ((1,),)
    second = endpoint.enable_root_with_password('mine-now')
    assert select(second['password']) == ((1,),)
    with pytest.raises(REFUSED):
        select(first['password'])
    with postgresql.connect(user='root', password='mine-now',
                            database='postgres') as session:
        session.execute("CREATE ROLE heir LOGIN PASSWORD 'h'")
        session.execute('GRANT root TO heir')
        endpoint.disable_root()
        with pytest.raises(psycopg.OperationalError):
            session.execute('SELECT 1')
    assert endpoint.is_root_enabled() is False
    with pytest.raises(REFUSED):
        select('mine-now')
    endpoint.grant_access('heir', '%', ['shop'])
    with pytest.raises(psycopg.Error, match='permission denied'):
        postgresql.query('SET ROLE root', user='heir', password='h')
    endpoint.delete_user({'name': 'heir'})


def test_no_settings_of_a_tenant_lead_the_agent_astray(postgresql, endpoint):
    settings = ("search_path = 'evil', 'pg_catalog'",
                "role = 'ann'", "client_encoding = 'latin1'",
                "local_preload_libraries = 'not_there'",
                "default_transaction_isolation = 'serializable'",
                'default_transaction_deferrable = on',
                "statement_timeout = '1ms'", "idle_session_timeout = '1ms'",
                'default_transaction_read_only = on')
    with postgresql.connect() as session:
        for setting in settings:
            session.execute('ALTER DATABASE shop SET %s' % setting)
    make_user(endpoint, 'gone', ['shop'])
    with postgresql.driver.engine._connector.open('shop') as session:
        session.run('CREATE TABLE public.gones (a INT)')
        session.run('ALTER TABLE public.gones OWNER TO gone')
    endpoint.delete_user({'name': 'gone'})
    with postgresql.driver.engine._connector.open('shop') as session:
        session.run('ALTER DATABASE shop RESET ALL')
        assert session.run(
            "SELECT pg_get_userbyid(relowner) ~ '^os_db_' FROM pg_class "
            "WHERE relname = 'gones'") == [(True,)]
        session.run('DROP TABLE public.gones')


def test_a_database_that_its_owner_made_a_template_stays_the_tenant_s(
        postgresql, endpoint):
    endpoint.create_database([{'name': 'form'}])
    make_user(endpoint, 'former', ['form'])
    postgresql.query('ALTER DATABASE form IS_TEMPLATE true', user='former',
                     password='pw', database='form')
    assert 'form' in [one['name'] for one in endpoint.list_databases()[0]]
    endpoint.delete_database({'name': 'form'})
    assert 'form' not in [one['name'] for one in endpoint.list_databases()[0]]
    endpoint.delete_user({'name': 'former'})


def test_passwords_are_not_in_the_log_of_statements(postgresql, endpoint):
    logs = postgresql.driver.logs
    assert logs.is_enabled('general') is False
    assert logs.switch('general', True) is False
    try:
        make_user(endpoint, 'logged', ['shop'], password='n0t-in-l0gs')
        postgresql.query('SELECT 4711')
        path = {one.name: one.path for one in logs.files()}['general']
        text = read_until(path, 'SELECT 4711')
        assert 'n0t-in-l0gs' not in text
        assert 'SCRAM' not in text
        logs.discard('general')
        postgresql.query('SELECT 4712')
        assert 'SELECT 4711' not in read_until(path, 'SELECT 4712')
    finally:
        assert logs.switch('general', False) is False
        endpoint.delete_user({'name': 'logged'})
    assert logs.is_enabled('general') is False
    postgresql.query('SELECT 4713')
    with open(path) as stream:
        assert 'SELECT 4713' not in stream.read()
