# SPDX-License-Identifier: Apache-2.0
"""trove-dashboard: what its panels read of our answers, and what they send.

The panels need Horizon, so their calls stand here as they make them, through
the library as they use it: an attribute that is asked for by its presence
(``hasattr``) makes the library ask again for the whole object.
"""

import datetime
import json

import pytest
from troveclient import exceptions

from trove.tests.fixtures import api

#: Statuses that a panel gives its buttons in.
ACTIVE = ('ACTIVE', 'HEALTHY')


@pytest.fixture
def trove(world):
    """The library, with a tenant's token."""
    return world.member


@pytest.fixture
def shown(world, trove):
    """The instance as a page of details has it."""
    return trove.instances.get(world.server)


def launch(trove, **asked):
    """What the form of a launch sends."""
    return trove.instances.create(
        'db', '1', **{
            'volume': {'size': 1}, 'databases': None, 'users': None,
            'restorePoint': None, 'nics': [{'network_id': api.NETWORK}],
            'datastore': 'mariadb', 'datastore_version': '10.11',
            'replica_of': None, 'replica_count': 1, 'configuration': None,
            'locality': None, 'availability_zone': '', 'access': None,
            **asked})


class TestInstances:
    """The table, its buttons, the page of one."""

    def test_a_row(self, trove):
        rows = trove.instances.list(limit=20, marker=None)
        assert rows.next is None
        [row] = rows
        assert row.status in ACTIVE
        assert row.flavor['id'] == '1'
        assert row.datastore['type'], row.datastore['version']
        assert row.volume.get('size') == 2
        assert {one['type']: [one['address']]
                for one in row.addresses} == {'private': row.ip}
        for absent in ('hostname', 'replicas', 'replica_of',
                       'configuration'):
            assert not hasattr(row, absent), absent

    def test_all_pages_are_one_list(self, world, trove):
        launch(trove)
        found = trove.instances.list(limit=1)
        marker = found.next
        while marker:
            page = trove.instances.list(limit=1, marker=marker)
            marker = page.next
            found.extend(page)
        assert {one.name for one in found} == {world.instance().name, 'db'}

    def test_the_overview(self, trove, shown):
        assert trove.root.is_root_enabled(shown.id).rootEnabled is False
        for moment in (shown.created, shown.updated):
            datetime.datetime.fromisoformat(moment)
        assert ','.join(shown.access.get('allowed_cidrs', ['0.0.0.0/0']))
        assert shown.operating_status == 'HEALTHY'
        assert not hasattr(shown, 'fault')

    def test_the_page_of_a_group_shows_what_is_attached(self, world, trove):
        trove.instances.update(world.server, configuration=world.group)
        shown = trove.instances.get(world.server)
        assert shown.configuration['id'] == world.group

    def test_the_form_of_an_instance(self, world, trove):
        trove.instances.update(world.server, name='new', allowed_cidrs=[
            '10.0.0.0/8', '192.168.0.0/24'])
        assert world.instance().name == 'new'
        assert world.verbs() == ['update_access']

    @pytest.mark.parametrize('call,verb', [
        (lambda some, one: some.restart(one), 'restart_instance'),
        (lambda some, one: some.resize_volume(one, 5), 'resize_volume'),
        (lambda some, one: some.resize_instance(one, '2'), 'resize_flavor'),
        (lambda some, one: some.delete(one), 'delete_instance')])
    def test_a_button(self, world, trove, call, verb):
        call(trove.instances, world.server)
        assert world.verbs() == [verb]

    def test_the_defaults(self, trove, shown):
        found = trove.instances.configuration(shown.id).configuration
        assert sorted(found.items())


class TestLaunch:
    """The form of a new instance."""

    @pytest.mark.parametrize('asked', [
        {}, {'locality': 'affinity'}, {'availability_zone': 'nova'},
        {'volume': {'size': 1, 'type': 'lvm'}},
        {'access': {'is_public': True, 'allowed_cidrs': ['10.0.0.0/8']}},
        {'databases': [{'name': 'shop'}],
         'users': [{'name': 'ann', 'password': 'pw', 'host': '10.0.0.1',
                    'databases': [{'name': 'shop'}]}]},
        {'users': [{'name': 'ann', 'password': 'pw', 'databases': None}]}])
    def test_what_it_sends(self, trove, asked):
        assert launch(trove, **asked).status == 'BUILD'

    def test_a_group(self, world, trove):
        assert launch(trove, configuration=world.group).id

    def test_what_it_offers(self, trove):
        offered = [(store.name, [(one.id, one.name) for one in
                                 trove.datastore_versions.list(store.name)])
                   for store in trove.datastores.list()]
        versions = dict(offered)['mariadb']
        assert '10.11' in [name for _, name in versions]
        for group in trove.configurations.list():
            assert (group.datastore_name,
                    group.datastore_version_name) == ('mariadb', '10.11')

    def test_a_backup_leads_to_its_version(self, world, trove):
        backup = trove.backups.get(world.backup)
        store, = (one for one in trove.datastores.list()
                  if one.name == backup.datastore['type'])
        assert backup.datastore['version_id'] in [
            one.id for one in trove.datastore_versions.list(store.name)]


class TestAccounts:
    """Databases, users and root of an instance."""

    def test_a_table_of_users(self, world, trove):
        user, = trove.users.list(world.server)
        trove.users.grant(world.server, user.name, ['shop'],
                          hostname=user.host)
        granted = trove.users.list_access(world.server, user.name,
                                          hostname=user.host)
        assert [one.name for one in granted] == ['shop']
        # The page of a user marks what `in` finds.
        assert [one in granted for one
                in trove.databases.list(world.server)] == [True]
        trove.users.revoke(world.server, user.name, 'shop',
                           hostname=user.host)
        assert trove.users.list_access(world.server, user.name,
                                       hostname=user.host) == []

    def test_the_forms(self, world, trove):
        trove.databases.create(world.server, [
            {'name': 'new', 'collate': 'utf8mb4_general_ci',
             'character_set': 'utf8mb4'}])
        trove.users.create(world.server, [
            {'name': 'bob', 'password': 'pw', 'databases': []}])
        trove.users.update_attributes(
            world.server, 'bob', newuserattr={'name': 'rob'}, hostname='')
        trove.users.delete(world.server, 'rob', hostname='%')
        trove.databases.delete(world.server, 'new')
        assert [one.name for one in trove.users.list(world.server)] == [
            'anne']

    def test_root(self, world, trove):
        name, password = trove.root.create(world.server)
        assert name == 'root' and password
        assert trove.root.is_root_enabled(world.server).rootEnabled is True
        trove.root.delete(world.server)


class TestBackups:
    """Backups and their strategies."""

    def test_a_row(self, world, trove):
        for row in (*trove.backups.list(),
                    *trove.instances.backups(world.server)):
            assert row.status in ('COMPLETED', 'RESTORED')
            assert row.datastore['type'], row.datastore['version']
            assert trove.instances.get(row.instance_id).name
            assert row.parent_id is None
            assert row.to_dict()['id'] == row.id

    def test_the_page_of_one(self, world, trove):
        backup = trove.backups.get(world.backup)
        created, updated = map(datetime.datetime.fromisoformat,
                               (backup.created, backup.updated))
        assert updated >= created

    def test_a_row_of_strategies(self, trove):
        row, = trove.backup_strategies.list()
        assert row.project_id + row.instance_id == api.PROJECT
        assert row.backend and row.swift_container
        trove.backup_strategies.delete(
            project_id=row.project_id + row.instance_id)
        assert trove.backup_strategies.list() == []


class TestConfigurations:
    """Groups and what they may hold."""

    def test_the_forms(self, world, trove):
        group = trove.configurations.create(
            'new', '{}', '', 'mariadb', '10.11')
        parameters = {one.name: one for one
                      in trove.configuration_parameters.parameters(
                          'mariadb', '10.11')}
        asked = parameters['max_connections']
        assert asked.type == 'integer'
        assert asked.min <= 300 <= asked.max
        values = {**trove.configurations.get(group.id).values,
                  asked.name: 300}
        trove.configurations.update(group.id, json.dumps(values))
        found = trove.configurations.get(group.id)
        assert found.values == values
        for name in ('name', 'datastore_name', 'datastore_version_name',
                     'created', 'updated'):
            assert getattr(found, name), name
        assert found.description is None
        trove.configurations.update(group.id, '{}')
        assert trove.configurations.get(group.id).values == {}
        trove.configurations.delete(group.id)

    def test_the_instances_of_one(self, world, trove):
        trove.instances.update(world.server, configuration=world.group)
        row, = trove.configurations.instances(world.group)
        assert (row.id, row.name) == (world.server, world.instance().name)
        with pytest.raises(exceptions.ClientException):
            trove.configurations.delete(world.group)

    def test_a_row_detaches(self, world, trove):
        trove.instances.update(world.server, configuration=world.group)
        world.service.end_work()
        trove.instances.update(world.server, remove_configuration=True)
        assert not hasattr(trove.instances.get(world.server),
                           'configuration')


def test_clusters_are_listed(trove):
    assert trove.clusters.list(limit=20, marker=None).next is None
