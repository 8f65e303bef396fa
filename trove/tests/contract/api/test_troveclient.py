# SPDX-License-Identifier: Apache-2.0
"""python-troveclient and its command line understand our answers."""


import pytest
from troveclient import exceptions
from troveclient.osc.v1 import database_flavors
from troveclient.osc.v1 import database_instances
from troveclient.osc.v1 import database_limits
from troveclient.osc.v1 import database_quota
from troveclient.osc.v1 import datastores

from trove.tests.fixtures import api
from trove.tests.fixtures import clients


def create(trove, name='shop-db', size=1):
    """A new instance."""
    return trove.instances.create(
        name, '1', volume={'size': size}, datastore='mariadb',
        datastore_version='10.11', nics=[{'net-id': api.NETWORK}],
        databases=[{'name': 'shop'}],
        users=[{'name': 'app', 'password': 's3cret',
                'databases': [{'name': 'shop'}]}],
        access={'is_public': False})


def fields(columns, values):
    """What the command line prints, by heading."""
    return dict(zip(columns, values, strict=True))


class TestLibrary:
    """The Python bindings."""

    def test_life_of_an_instance(self, service, member):
        made = create(member)
        assert (made.name, made.status) == ('shop-db', 'BUILD')
        service.become_active(made.id)
        shown = member.instances.get(made.id)
        assert (shown.status, shown.operating_status) == (
            'ACTIVE', 'HEALTHY')
        member.instances.update(made.id, name='new')
        assert [one.name for one in member.instances.list()] == ['new']
        member.instances.delete(made.id)
        assert member.instances.get(made.id).status == 'SHUTDOWN'
        with service.db.writer() as tx:
            tx.instances.mark_deleted(made.id)
        with pytest.raises(exceptions.NotFound):
            member.instances.get(made.id)

    def test_pages_can_be_followed(self, member):
        for number in range(4):
            create(member, 'db-%d' % number)
        names, marker = [], None
        while True:
            page = member.instances.list(limit=2, marker=marker)
            names += [one.name for one in page]
            marker = page.next
            if not marker:
                break
        assert sorted(names) == ['db-0', 'db-1', 'db-2', 'db-3']

    def test_catalogue(self, member):
        store = member.datastores.get('mariadb')
        assert store.default_version in [
            one['id'] for one in store.versions]
        version = member.datastore_versions.get('mariadb', '10.11')
        assert member.datastore_versions.get_by_uuid(
            version.id).name == '10.11'
        flavors = member.flavors.list_datastore_version_associated_flavors(
            'mariadb', version.id)
        assert [one.id for one in flavors] == [1, 2]
        assert member.flavors.get('1').name == 'db.small'
        assert [one.name for one in member.volume_types.list()] == ['lvm']
        assert member.limits.list()[0].verb == 'ABSOLUTE'

    def test_operators(self, service, member, connect):
        admin = connect('admin')
        made = create(member)
        rows = admin.mgmt_instances.list(include_clustered=False)
        assert [one.id for one in rows] == [made.id]
        assert admin.mgmt_instances.show(made.id).tenant_id == api.PROJECT
        admin.instances.force_delete(made.id)
        assert service.promises()[-1] == ('delete_instance', made.id)
        admin.quota.update(api.PROJECT, {'instances': 3})
        quotas = {one.resource: one.limit
                  for one in admin.quota.show(api.PROJECT)}
        assert quotas['instances'] == 3

    @pytest.mark.parametrize('call,error', [
        (lambda t: t.instances.get('x'), exceptions.NotFound),
        (lambda t: create(t, name='--'), exceptions.BadRequest),
        (lambda t: create(t, size=11),
         exceptions.RequestEntityTooLarge),
        (lambda t: t.mgmt_instances.list(), exceptions.Forbidden),
        (lambda t: t.security_groups.list(),
         exceptions.HttpNotImplemented),
        (lambda t: t.instances.restart('x'), exceptions.NotFound)])
    def test_errors_become_its_exceptions(self, member, call, error):
        with pytest.raises(error) as caught:
            call(member)
        assert caught.value.message
        assert 'Request-ID: req-' in str(caught.value)

    def test_a_rate_limit_carries_the_pause(self, service, connect):
        strict = api.Service(service.db, http_get_rate=1)
        member = connect('member', strict.app)
        member.flavors.list()
        with pytest.raises(exceptions.RequestEntityTooLarge) as caught:
            member.flavors.list()
        assert int(caught.value.retry_after) > 0

    def test_a_bad_token(self, member):
        member.client.session.auth.token = 'expired'
        with pytest.raises(Exception, match='401|equired'):
            member.instances.list()


class TestCommandLine:
    """`openstack database ...` as far as these routes serve it."""

    def test_instances(self, service, member):
        columns, values = clients.run(
            database_instances.CreateDatabaseInstance, member, 'shop-db',
            '--flavor', '1', '--size', '1', '--datastore', 'mariadb',
            '--datastore-version', '10.11', '--nic',
            'net-id=' + api.NETWORK, '--databases', 'shop', '--users',
            'app:s3cret')
        made = fields(columns, values)
        service.become_active(made['id'])
        columns, rows = clients.run(
            database_instances.ListDatabaseInstances, member)
        row = fields(columns, list(rows)[0])
        assert row['Name'] == 'shop-db'
        assert row['Status'] == 'ACTIVE'
        assert row['Operating Status'] == 'HEALTHY'
        assert row['Datastore Version'] == '10.11'
        columns, values = clients.run(
            database_instances.ShowDatabaseInstance, member, 'shop-db')
        shown = fields(columns, values)
        assert shown['volume'] == 1
        assert '10.1.0.5' in str(shown['ip'])
        clients.run(database_instances.DeleteDatabaseInstance, member,
                    'shop-db')
        assert service.promises()[-1] == ('delete_instance', made['id'])

    def test_instances_of_all_projects(self, member, connect):
        create(member)
        columns, rows = clients.run(
            database_instances.ListDatabaseInstances, connect('admin'),
            '--all-projects')
        row = fields(columns, list(rows)[0])
        assert row['Tenant ID'] == api.PROJECT

    def test_datastores(self, member):
        columns, rows = clients.run(datastores.ListDatastores, member)
        assert 'mariadb' in [row[1] for row in rows]
        columns, values = clients.run(datastores.ShowDatastore, member,
                                      'mariadb')
        shown = fields(columns, values)
        assert '10.11' in str(shown['versions (id)'])
        columns, rows = clients.run(datastores.ListDatastoreVersions, member,
                                    'mariadb')
        assert '10.11' in [row[1] for row in rows]
        columns, values = clients.run(
            datastores.ShowDatastoreVersion, member, '10.11', '--datastore',
            'mariadb')
        assert fields(columns, values)['version'] == '10.11'

    def test_flavors_limits_quotas(self, member, connect):
        columns, rows = clients.run(database_flavors.ListDatabaseFlavors,
                                    member)
        assert [row[1] for row in rows] == ['db.small', 'db.medium']
        columns, values = clients.run(database_flavors.ShowDatabaseFlavor,
                                      member, 'db.small')
        assert fields(columns, values)['ram'] == 512
        columns, rows = clients.run(database_limits.ListDatabaseLimits,
                                    member)
        assert list(rows)
        columns, rows = clients.run(database_quota.ShowDatabaseQuota, member,
                                    api.PROJECT)
        assert len(list(rows)) == 4
        columns, values = clients.run(
            database_quota.UpdateDatabaseQuota, connect('admin'),
            api.PROJECT, 'instances', '7')
        assert list(values) == [7]
