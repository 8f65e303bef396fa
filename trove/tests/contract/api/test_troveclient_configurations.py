# SPDX-License-Identifier: Apache-2.0
"""python-troveclient and its command line on groups and versions."""

import json

import pytest
from troveclient import exceptions
from troveclient.osc.v1 import database_configurations as commands
from troveclient.osc.v1 import datastores
from troveclient.v1 import management

from trove.objects import status
from trove.tests.fixtures import clients
from trove.tests.fixtures import tuning

IMAGE = '6c2f0c0a-0000-4000-8000-00000000000a'


@pytest.fixture
def service_class():
    """A service whose versions have parameters, and an image for another."""
    def made(db):
        service = tuning.Service(db)
        images = service.cloud.images.images
        images.append(type(images[0])(id=IMAGE, name='x', status='active',
                                      tags=('trove', 'fresh')))
        return service
    return made


def make(trove, values=None):
    return trove.configurations.create(
        'web', json.dumps(values or {'max_connections': 200}), 'words',
        datastore='mariadb', datastore_version='10.11')


class TestLibrary:
    """The Python bindings."""

    def test_life_of_a_group(self, service, member):
        made = make(member)
        group = member.configurations.get(made.id)
        assert (group.values, group.instance_count) == (
            {'max_connections': 200}, 0)
        instance_id = service.an_instance()
        member.instances.update(instance_id, configuration=made)
        [user] = member.configurations.instances(made.id)
        assert user.id == instance_id
        with pytest.raises(exceptions.BadRequest):
            member.configurations.delete(made.id)
        member.configurations.edit(made.id, '{"wait_timeout": 60}')
        assert service.guests.applied[instance_id] == {
            'max_connections': 200, 'wait_timeout': 60}
        member.configurations.update(made.id, '{"max_connections": 100}',
                                     name='new', description='other')
        group = member.configurations.find(name='new')
        assert (group.values, group.description) == (
            {'max_connections': 100}, 'other')
        with service.db.writer() as tx:
            tx.instances.set_task(instance_id, status.Task.NONE)
        member.instances.modify(instance_id)
        assert list(member.configurations.instances(made.id)) == []
        member.configurations.delete(made.id)
        assert list(member.configurations.list()) == []

    def test_defaults_of_an_instance(self, service, member):
        found = member.instances.configuration(service.an_instance())
        assert found.configuration['max_connections'] > 0
        assert found.configuration['character_set_server'] == 'utf8mb4'

    def test_parameters(self, service, member, admin):
        pair = member.configuration_parameters.parameters('mariadb', '10.11')
        same = member.configuration_parameters.parameters_by_version(
            service.version.id)
        assert [one.name for one in pair] == [one.name for one in same]
        one = member.configuration_parameters.get_parameter(
            'mariadb', '10.11', 'max_connections')
        assert one.min > 0 and one.type == 'integer'
        rules = management.MgmtConfigurationParameters(admin)
        rules.create(service.version.id, 'x_size', 1, 'integer', 9, 1)
        rules.modify(service.version.id, 'x_size', 0, 'integer', 10, 1)
        found = rules.get_any_parameter_by_version(service.version.id,
                                                   'x_size')
        assert (found.max_size, found.restart_required) == (10, False)
        rules.delete(service.version.id, 'x_size')
        assert 'x_size' not in [
            one.name for one in rules.list_all_parameter_by_version(
                service.version.id)]

    def test_versions(self, admin):
        versions = admin.mgmt_ds_versions
        versions.create('12', 'fresh', 'mariadb', IMAGE, default='true')
        made = next(one for one in versions.list() if one.name == '12')
        assert versions.get(made.id).default is True
        versions.edit(made.id, image_tags=['fresh'], name='13')
        found = versions.get(made.id)
        assert (found.name, found.image, found.image_tags) == (
            '13', None, ['fresh'])
        versions.delete(made.id)
        with pytest.raises(exceptions.NotFound):
            versions.get(made.id)
        admin.datastores.delete('fresh')

    @pytest.mark.parametrize('call,error', [
        (lambda t: make(t, {'max_connections': 0}),
         exceptions.UnprocessableEntity),
        (lambda t: make(t, {'datadir': '/'}),
         exceptions.UnprocessableEntity),
        (lambda t: t.configurations.get('web'), exceptions.NotFound),
        (lambda t: t.mgmt_ds_versions.list(), exceptions.Forbidden)])
    def test_errors_become_its_exceptions(self, member, call, error):
        with pytest.raises(error) as caught:
            call(member)
        assert caught.value.message


class TestCommandLine:
    """`openstack database configuration ...` and `openstack datastore`."""

    def test_groups(self, service, member):
        columns, values = clients.run(
            commands.CreateDatabaseConfiguration, member, 'web',
            '{"max_connections": 200}', '--datastore', 'mariadb',
            '--datastore-version', '10.11', '--description', 'words')
        made = dict(zip(columns, values, strict=True))
        assert json.loads(made['values']) == {'max_connections': 200}
        _, rows = clients.run(commands.ListDatabaseConfigurations, member)
        assert [tuple(row) for row in rows] == [
            (made['id'], 'web', 'words', 'mariadb', '10.11', '10.11')]
        instance_id = service.an_instance()
        clients.run(commands.AttachDatabaseConfiguration, member, instance_id,
                    'web')
        _, rows = clients.run(
            commands.ListDatabaseConfigurationInstances, member, 'web')
        assert [tuple(row) for row in rows] == [(instance_id, 'db')]
        clients.run(commands.SetDatabaseConfiguration, member, made['id'],
                    '{"max_connections": 100}')
        clients.run(commands.UpdateDatabaseConfiguration, member, made['id'],
                    '{"max_connections": 150}', '--name', 'new')
        columns, values = clients.run(
            commands.ShowDatabaseConfiguration, member, 'new')
        shown = dict(zip(columns, values, strict=True))
        assert (shown['instance_count'], json.loads(shown['values'])) == (
            1, {'max_connections': 150})
        clients.run(commands.DetachDatabaseConfiguration, member, instance_id)
        clients.run(commands.DeleteDatabaseConfiguration, member, 'new')
        _, rows = clients.run(commands.ListDatabaseConfigurations, member)
        assert list(rows) == []

    def test_parameters_and_defaults(self, service, member):
        for which in (('10.11', '--datastore', 'mariadb'),
                      (service.version.id,)):
            columns, rows = clients.run(
                commands.ListDatabaseConfigurationParameters, member, *which)
            assert 'max_connections' in [row[0] for row in rows]
        columns, values = clients.run(
            commands.ShowDatabaseConfigurationParameter, member, '10.11',
            'max_connections', '--datastore', 'mariadb')
        assert dict(zip(columns, values, strict=True))['type'] == 'integer'
        columns, values = clients.run(
            commands.DefaultDatabaseConfiguration, member,
            service.an_instance())
        assert 'max_connections' in columns

    def test_versions(self, admin):
        clients.run(datastores.CreateDatastoreVersion, admin, '12', 'fresh',
                    'mariadb', '', '--image-tags', 'trove,fresh', '--active',
                    '--default')
        made = next(one for one in admin.mgmt_ds_versions.list()
                    if one.name == '12')
        assert (made.image_tags, made.default) == (['trove', 'fresh'], True)
        clients.run(
            datastores.UpdateDatastoreVersion, admin, made.id, '--image',
            IMAGE, '--non-default', '--disable')
        after = admin.mgmt_ds_versions.get(made.id)
        assert (after.image, after.active, after.default) == (
            IMAGE, False, False)
        clients.run(datastores.DeleteDatastoreVersion, admin, made.id)
        clients.run(datastores.DeleteDatastore, admin, 'fresh')
