# SPDX-License-Identifier: Apache-2.0
"""python-troveclient and its command line on databases, users and root."""


import pytest
from troveclient import exceptions
from troveclient.osc.v1 import database_root
from troveclient.osc.v1 import database_users
from troveclient.osc.v1 import databases as database_commands
from troveclient.v1 import diagnostics

from trove.tests.fixtures import clients
from trove.tests.fixtures import guest_engine

HOSTILE = ('a.b', 'a@b', 'a%41', '50%', 'a#?&+', 'ü n', 'x.json')


@pytest.fixture(autouse=True)
def guest(service):
    service.conf.set_override('users_page_size', 2)
    service.conf.set_override('databases_page_size', 2)
    return guest_engine.attach(service)


@pytest.fixture
def server(guest):
    """The id of an instance."""
    return guest.instance_id


def every(listing):
    """The rows of all pages."""
    rows, marker = [], None
    while True:
        page = listing(marker)
        rows += page
        marker = page.next
        if not marker:
            return rows


class TestLibrary:
    """The Python bindings."""

    def test_databases(self, member, server):
        member.databases.create(server, [{'name': name} for name in (
            'a b', 'a#b', 'a?b', 'a@b', 'plain')])
        assert [one.name for one in every(
            lambda marker: member.databases.list(server, marker=marker))
            ] == ['a b', 'a#b', 'a?b', 'a@b', 'plain']
        member.databases.delete(server, 'plain')
        with pytest.raises(exceptions.NotFound):
            member.databases.delete(server, 'plain')
        with pytest.raises(exceptions.BadRequest):
            member.databases.create(server, [{'name': 'mysql'}])

    def test_users_of_hostile_names(self, guest, member, server):
        guest.endpoint.create_database([{'name': 'shop'}])
        for name in HOSTILE:
            for host in (None, '10.0.0.0/8', '10.0.%'):
                user = {'name': name, 'password': 'pw',
                        'databases': [{'name': 'shop'}]}
                member.users.create(
                    server, [{**user, 'host': host} if host else user])
        rows = every(lambda marker: member.users.list(server,
                                                      marker=marker))
        assert {(one.name, one.host) for one in rows} == {
            (name, host) for name in HOSTILE
            for host in ('%', '10.0.0.0/8', '10.0.%')}
        for row in rows:
            shown = member.users.get(server, row.name, row.host)
            assert (shown.name, shown.host) == (row.name, row.host)
            member.users.revoke(server, row.name, 'shop', row.host)
            assert member.users.list_access(server, row.name,
                                            row.host) == []
            member.users.grant(server, row.name, ['shop'], row.host)
            assert [one.name for one in member.users.list_access(
                server, row.name, row.host)] == ['shop']
            member.users.delete(server, row.name, row.host)
        assert member.users.list(server) == []

    def test_changes_of_users(self, guest, member, server):
        member.users.create(server, [{'name': 'ann', 'password': 'pw'}])
        member.users.change_passwords(
            server, [{'name': 'ann', 'password': 'second'}])
        assert guest.users.kept[('ann', '%')][0] == 'second'
        member.users.update_attributes(
            server, 'ann', newuserattr={'name': 'eve', 'password': 'third',
                                        'host': '10.0.0.5'})
        assert guest.users.kept[('eve', '10.0.0.5')][0] == 'third'
        with pytest.raises(exceptions.NotFound):
            member.users.get(server, 'ann')

    def test_root(self, guest, member, server, connect):
        assert member.root.is_instance_root_enabled(
            server).rootEnabled is False
        assert member.root.create(server) == ('root', guest.root.password)
        assert member.root.create_instance_root(
            server, 'mine-now') == ('root', 'mine-now')
        assert member.root.is_root_enabled(server).rootEnabled is True
        history = connect('admin').mgmt_instances.root_enabled_history(
            server)
        assert history.user == 'member'
        member.root.delete(server)
        assert guest.root.password is None
        with pytest.raises(exceptions.NotFound):
            member.root.disable_instance_root(server)

    def test_errors_become_its_exceptions(self, guest, member, server):
        guest.silent.add('list_databases')
        with pytest.raises(exceptions.ClientException) as caught:
            member.databases.list(server)
        assert caught.value.http_status == 504

    def test_diagnostics(self, connect, server):
        shown = diagnostics.DiagnosticsInterrogator(
            connect('admin')).get(server)
        assert shown.version == '1.2.3'


class TestCommandLine:
    """`openstack database db|user|root ...`."""

    def test_databases(self, member, server):
        for name in ('one', 'three', 'two'):
            clients.run(database_commands.CreateDatabase, member, 'shop-db',
                        name, '--character_set', 'utf8mb4')
        columns, rows = clients.run(database_commands.ListDatabases, member,
                                    server)
        assert list(rows) == [('one',), ('three',), ('two',)]
        clients.run(database_commands.DeleteDatabase, member, 'shop-db',
                    'two')
        columns, rows = clients.run(database_commands.ListDatabases, member,
                                    'shop-db')
        assert list(rows) == [('one',), ('three',)]

    def test_users(self, guest, member, server):
        guest.endpoint.create_database([{'name': 'shop'}, {'name': 'blog'}])
        for name in ('ann', 'ben.b', 'cleo'):
            clients.run(database_users.CreateDatabaseUser, member, 'shop-db',
                        name, 'pw', '--databases', 'shop')
        columns, rows = clients.run(database_users.ListDatabaseUsers, member,
                                    server)
        assert list(rows) == [('ann', '%', 'shop'), ('ben.b', '%', 'shop'),
                              ('cleo', '%', 'shop')]
        columns, values = clients.run(database_users.ShowDatabaseUser, member,
                                      'shop-db', 'ben.b')
        assert dict(zip(columns, values, strict=True))['name'] == 'ben.b'
        clients.run(database_users.GrantDatabaseUserAccess, member, 'shop-db',
                    'ann', 'blog')
        columns, rows = clients.run(database_users.ShowDatabaseUserAccess,
                                    member, 'shop-db', 'ann')
        assert list(rows) == [('blog',), ('shop',)]
        clients.run(database_users.RevokeDatabaseUserAccess, member,
                    'shop-db', 'ann', 'shop')
        assert guest.users.kept[('ann', '%')][1] == {'blog'}
        clients.run(database_users.UpdateDatabaseUserAttributes, member,
                    'shop-db', 'ann', '--new_name', 'eve', '--new_password',
                    'second')
        assert guest.users.kept[('eve', '%')][0] == 'second'
        clients.run(database_users.DeleteDatabaseUser, member, 'shop-db',
                    'eve')
        assert ('eve', '%') not in guest.users.kept

    def test_root(self, guest, member):
        columns, values = clients.run(database_root.EnableDatabaseRoot,
                                      member, 'shop-db')
        shown = dict(zip(columns, values, strict=True))
        assert shown == {'name': 'root', 'password': guest.root.password}
        columns, values = clients.run(database_root.ShowDatabaseRoot, member,
                                      'shop-db')
        assert [str(value) for value in values] == ['True']
        clients.run(database_root.DisableDatabaseRoot, member, 'shop-db')
        assert guest.root.password is None
