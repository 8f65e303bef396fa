# SPDX-License-Identifier: Apache-2.0
"""Databases, users and root of a real MariaDB, with PyMySQL as the witness.

One instance serves all cases.
"""

import json
import subprocess
from urllib import parse

import pymysql
import pytest
from troveclient.apiclient import exceptions

from stack.inside import tenant as tenant_module

PASSWORD = 'pä%s #$w0rd'

DATABASES = ('plain', 'a b', 'a#b', 'a?b', 'a@b', 'ünï', 'a_b')

USERS = ('a.b', 'a@b', '50%', 'a%41s', 'ünï 世x', '--x', 'x.json', 'a_b')

#: A tenant with root can make what the API does not let in.
FOREIGN = ("o'x", 'a"b', 'a`b', '`; DROP DATABASE mysql; --', 'c\\d')


@pytest.fixture(scope='module')
def server(tenant, nothing_left):
    """(id, address) of an instance for the whole file."""
    made = tenant.create('accounts', 'app', 'pw')
    try:
        instance = tenant.wait(made.id)
        assert instance.status == 'ACTIVE', instance.fault
        yield made.id, tenant_module.address(instance)
    finally:
        tenant.trove.instances.delete(made.id)
        tenant.wait_gone(made.id)


def query(server, user, password, database=None, sql='SELECT 1'):
    """What the engine itself says."""
    # As bytes: the driver would take a text for Latin-1.
    return tenant_module.query(server[1], user, password.encode(), database,
                               sql)


def refused(server, user, password, database=None):
    """The engine lets nobody in with this."""
    with pytest.raises(pymysql.MySQLError):
        query(server, user, password, database)


def names(rows):
    """Names of databases or users."""
    return [row.name for row in rows]


def test_databases_of_any_name_come_and_go(tenant, server):
    trove, (instance_id, _) = tenant.trove, server
    trove.databases.create(instance_id, [
        {'name': name} for name in DATABASES])
    try:
        assert set(DATABASES) < set(names(trove.databases.list(instance_id)))
        page = trove.databases.list(instance_id, limit=3)
        seen = list(page)
        while page.next:
            page = trove.databases.list(instance_id, limit=3,
                                        marker=page.next)
            seen += page
        assert names(seen) == names(trove.databases.list(instance_id))
    finally:
        for name in DATABASES:
            # The client puts this name into the path as it is.
            trove.databases.delete(instance_id, parse.quote(name, safe=''))
    assert names(trove.databases.list(instance_id)) == ['shop']


def test_users_of_any_name_log_in(tenant, server):
    trove, (instance_id, _) = tenant.trove, server
    trove.users.create(instance_id, [
        {'name': name, 'password': PASSWORD, 'databases': [{'name': 'shop'}]}
        for name in USERS])
    for name in USERS:
        assert query(server, name, PASSWORD, 'shop') == ((1,),), name
        assert trove.users.get(instance_id, name, '%').databases == [
            {'name': 'shop'}]
        trove.users.delete(instance_id, name, '%')
        refused(server, name, PASSWORD)
    assert names(trove.users.list(instance_id)) == ['app']


def test_a_revoked_grant_ends_at_once(tenant, server):
    trove, (instance_id, _) = tenant.trove, server
    trove.databases.create(instance_id, [{'name': 'books'}])
    trove.users.create(instance_id, [{'name': 'eve', 'password': 'pw'}])
    refused(server, 'eve', 'pw', 'books')
    trove.users.grant(instance_id, 'eve', ['books'])
    query(server, 'eve', 'pw', 'books', 'CREATE TABLE t (n INT)')
    trove.users.revoke(instance_id, 'eve', 'books')
    refused(server, 'eve', 'pw', 'books')
    with pytest.raises(exceptions.NotFound):
        trove.users.revoke(instance_id, 'eve', 'books')
    with pytest.raises(exceptions.NotFound):
        trove.users.grant(instance_id, 'eve', ['nowhere'])
    trove.users.delete(instance_id, 'eve')
    trove.databases.delete(instance_id, 'books')


def test_a_user_is_changed_and_keeps_its_grants(tenant, server):
    trove, (instance_id, _) = tenant.trove, server
    trove.users.create(instance_id, [
        {'name': 'ann', 'password': 'first', 'host': '10.0.0.0/8',
         'databases': [{'name': 'shop'}]}])
    trove.users.update_attributes(
        instance_id, 'ann', hostname='10.0.0.0/8',
        newuserattr={'name': 'ben', 'host': '%', 'password': 'second'})
    assert query(server, 'ben', 'second', 'shop') == ((1,),)
    trove.users.change_passwords(
        instance_id, [{'name': 'ben', 'password': 'third'}])
    refused(server, 'ben', 'second')
    assert query(server, 'ben', 'third', 'shop') == ((1,),)
    trove.users.delete(instance_id, 'ben')


def test_root_comes_in_while_it_is_enabled(tenant, operator, stranger,
                                           server):
    trove, (instance_id, _) = tenant.trove, server
    assert trove.root.is_root_enabled(instance_id).rootEnabled is False
    _, password = trove.root.create(instance_id)
    assert query(server, 'root', password, 'mysql') == ((1,),)
    assert trove.root.is_root_enabled(instance_id).rootEnabled is True
    trove.root.create_instance_root(instance_id, 'mine-now')
    refused(server, 'root', password)
    assert query(server, 'root', 'mine-now') == ((1,),)
    trove.root.delete(instance_id)
    refused(server, 'root', 'mine-now')
    history = operator.trove.mgmt_instances.root_enabled_history(instance_id)
    assert history.user not in (None, 'Nobody')
    with pytest.raises(exceptions.NotFound):
        stranger.trove.root.is_root_enabled(instance_id)


def test_what_a_tenant_made_as_root_can_be_managed(tenant, server):
    trove, (instance_id, _) = tenant.trove, server
    trove.root.create_instance_root(instance_id, 'mine-now')
    for name in FOREIGN:
        quoted = '`%s`' % name.replace('`', '``')
        query(server, 'root', 'mine-now', None, 'CREATE DATABASE ' + quoted)
        query(server, 'root', 'mine-now', None,
              'CREATE USER ' + quoted + "@'%' IDENTIFIED BY 'pw'")
        trove.users.grant(instance_id, name, [name])
        assert query(server, name, 'pw', name) == ((1,),), name
        assert names(trove.users.list_access(instance_id, name)) == [name]
        trove.users.delete(instance_id, name)
    listed = names(trove.databases.list(instance_id))
    assert set(FOREIGN) < set(listed)
    query(server, 'root', 'mine-now', 'mysql')
    for name in FOREIGN:
        quoted = '`%s`' % name.replace('`', '``')
        query(server, 'root', 'mine-now', None, 'DROP DATABASE ' + quoted)
    trove.root.delete(instance_id)


def test_an_operator_asks_the_guest(operator, server):
    where = '/mgmt/instances/%s/' % server[0]
    ask = operator.trove.client.get
    answer, _ = ask(where + 'rpc_ping')
    assert answer.status_code == 204
    _, body = ask(where + 'hwinfo')
    assert body['hwinfo']['mem_total'] > 100000
    _, body = ask(where + 'diagnostics')
    assert body['diagnostics']['vmRss'] > 1000


def test_the_stock_command_line_manages_accounts(server):
    instance_id, _ = server
    run('database', 'user', 'create', instance_id, 'cli', 'pw',
        '--databases', 'shop')
    assert query(server, 'cli', 'pw', 'shop') == ((1,),)
    assert {row['Name'] for row in listed(
        'database', 'user', 'list', instance_id)} == {'app', 'cli'}
    shown = listed('database', 'root', 'enable', instance_id)
    assert query(server, 'root', shown['password']) == ((1,),)


def run(*words):
    """Run a command that prints nothing of note."""
    done = subprocess.run(['openstack', *words], check=False,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(*words):
    """What a command prints, as data."""
    return json.loads(run(*words, '-f', 'json'))
