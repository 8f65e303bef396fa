# SPDX-License-Identifier: Apache-2.0
"""Datastores, flavors, volume types, limits, quotas."""

import pytest

from trove.cloud import resources
from trove.tests.fixtures import api


class TestDatastores:
    """/datastores."""

    def _store(self, service, name='mariadb'):
        with service.db.reader() as tx:
            return tx.datastores.find(name)

    def test_members_see_active_versions_only(self, member):
        stores = member.get('/datastores').json['datastores']
        assert [one['name'] for one in stores] == [
            'bare', 'local', 'mariadb', 'replicating']
        store = stores[2]
        names = [one['name'] for one in store['versions']]
        assert 'old' not in names
        assert set(store['versions'][0]) == {
            'id', 'name', 'version', 'links'}
        assert store['default_version'] in [
            one['id'] for one in store['versions']]

    def test_admins_see_everything(self, admin):
        stores = admin.get('/datastores').json['datastores']
        assert 'retired' in [one['name'] for one in stores]
        store = admin.get('/datastores/mariadb').json['datastore']
        old, = [one for one in store['versions'] if one['name'] == 'old']
        assert old['active'] is False
        assert old['image'] == 'image-1'
        assert old['datastore_manager'] == 'mariadb'
        assert old['packages'] == ''

    def test_a_default_that_may_not_be_seen_is_absent(self, service, member):
        with service.db.writer() as tx:
            tx.datastores.put_datastore('mariadb', 'old')
        assert 'default_version' not in member.get(
            '/datastores/mariadb').json['datastore']

    def test_by_name_and_by_id(self, service, member):
        store = self._store(service)
        for ref in ('mariadb', store.id):
            assert member.get('/datastores/' + ref).json[
                'datastore']['id'] == store.id
            versions = member.get(
                '/datastores/%s/versions' % ref).json['versions']
            assert {one['datastore'] for one in versions} == {store.id}
        version_id = store.default_version_id
        for path in ('/datastores/mariadb/versions/10.11',
                     '/datastores/mariadb/versions/' + version_id,
                     '/datastores/versions/' + version_id):
            version = member.get(path).json['version']
            assert (version['id'], version['datastore']) == (
                version_id, store.id)

    @pytest.mark.parametrize('path,code', [
        ('/datastores/oracle', 404), ('/datastores/retired', 404),
        ('/datastores/oracle/versions', 404),
        ('/datastores/mariadb/versions/9', 404),
        ('/datastores/mariadb/versions/old', 404),
        ('/datastores/mariadb/versions/twice', 400),
        ('/datastores/versions/x', 404),
        ('/datastores/versions/' + api.NOBODY, 404),
        ('/datastores/mariadb/versions/10.11/flavors', 404),
        ('/datastores/mariadb/versions/%s/flavors' % api.NOBODY, 404)])
    def test_what_is_not_there(self, member, path, code):
        assert api.error(member.get(path))[0] == code

    def test_a_version_of_another_datastore_has_no_flavors_here(
            self, service, member):
        foreign = self._store(service, 'local').default_version_id
        assert api.error(member.get(
            '/datastores/mariadb/versions/%s/flavors' % foreign))[0] == 404

    def test_bindings_narrow_flavors_and_volume_types(self, service, member):
        store = self._store(service)
        bound, = [one for one in store.versions if one.name == 'bound']
        path = '/datastores/mariadb/versions/%s/' % bound.id
        assert [one['str_id'] for one in member.get(
            path + 'flavors').json['flavors']] == ['2']
        assert [one['name'] for one in member.get(
            path + 'volume-types').json['volume_types']] == ['lvm']
        free = '/datastores/mariadb/versions/%s/' % store.default_version_id
        assert len(member.get(free + 'flavors').json['flavors']) == 2

    def test_only_an_empty_datastore_can_be_removed(
            self, service, member, admin):
        with service.db.writer() as tx:
            tx.datastores.put_datastore('empty')
        assert api.error(member.delete('/datastores/empty'))[0] == 403
        assert admin.delete('/datastores/empty').status_code == 202
        assert api.error(admin.delete('/datastores/empty'))[0] == 404
        assert api.error(admin.delete('/datastores/retired'))[0] == 400


class TestFlavors:
    """/flavors and /volume-types."""

    def test_fields(self, member):
        flavor = member.get('/flavors/1').json['flavor']
        assert {name: flavor[name] for name in flavor if name != 'links'} == {
            'id': 1, 'str_id': '1', 'name': 'db.small', 'ram': 512,
            'vcpus': 1, 'disk': 5, 'ephemeral': 0}
        assert member.get('/flavors').json['flavors'][0] == flavor

    def test_local_storage_is_told_where_there_are_no_volumes(
            self, service, member, monkeypatch):
        monkeypatch.setattr(
            service.cloud.compute, 'flavors', lambda: [resources.Flavor(
                id='7', name='x', ram_mb=1, vcpus=1, disk_gb=1,
                ephemeral_gb=20)])
        service.conf.set_override('trove_volume_support', False)
        flavor, = member.get('/flavors').json['flavors']
        assert (flavor['ephemeral'], flavor['local_storage']) == (20, 20)

    @pytest.mark.parametrize('flavor_id,number', [
        ('7', 7), ('0', 0), ('07', None), ('a1', None), ('-1', None),
        (api.NOBODY, None)])
    def test_an_id_that_is_no_plain_number_is_null(
            self, service, member, monkeypatch, flavor_id, number):
        monkeypatch.setattr(
            service.cloud.compute, 'flavors', lambda: [resources.Flavor(
                id=flavor_id, name='x', ram_mb=1, vcpus=1, disk_gb=1)])
        flavor, = member.get('/flavors').json['flavors']
        assert (flavor['id'], flavor['str_id']) == (number, flavor_id)

    def test_unknown(self, member):
        assert api.error(member.get('/flavors/db.small'))[0] == 404
        assert api.error(member.get('/volume-types/gold'))[0] == 404

    def test_the_cloud_is_asked_once_and_again_for_what_is_new(
            self, service, member, monkeypatch):
        calls = []
        known = list(service.cloud.compute.flavors())

        def flavors():
            calls.append(1)
            return list(known)
        monkeypatch.setattr(service.cloud.compute, 'flavors', flavors)
        for _ in range(3):
            assert member.get('/flavors/1').status_code == 200
        assert len(calls) == 1
        known.append(resources.Flavor(id='3', name='new', ram_mb=1, vcpus=1,
                                      disk_gb=1))
        assert member.get('/flavors/3').status_code == 200

    def test_volume_types(self, member):
        listed = member.get('/volume-types').json['volume_types']
        assert listed == [{'id': 'lvm', 'name': 'lvm', 'is_public': True,
                           'description': None}]
        assert member.get('/volume-types/lvm').json == {
            'volume_type': listed[0]}


class TestLimits:
    """/limits and /mgmt/quotas."""

    def test_the_absolute_limits_come_first(self, service, member):
        limits = member.get('/limits').json['limits']
        assert limits[0] == {'verb': 'ABSOLUTE', 'max_instances': 10,
                             'max_volumes': 40, 'max_ram': -1,
                             'max_backups': 50}
        get, = [one for one in limits if one['verb'] == 'GET']
        assert get['value'] == 200
        assert get['remaining'] == 199
        assert get['unit'] == 'MINUTE'
        assert get['nextAvailable'].endswith('Z')

    def test_anyone_sees_the_own_quota_and_its_use(self, service, member):
        member.post('/instances', api.create_body())
        for caller in (member, service.caller('admin')):
            quotas = caller.get('/mgmt/quotas/' + api.PROJECT).json['quotas']
            shown = {one['resource']: (one['in_use'] + one['reserved'],
                                       one['limit']) for one in quotas}
            assert shown == {'instances': (1, 10), 'ram': (512, -1),
                             'volumes': (2, 40), 'backups': (0, 50)}
        foreign = service.caller('foreign')
        assert api.error(
            foreign.get('/mgmt/quotas/' + api.PROJECT))[0] == 403

    def test_an_admin_gives_limits_that_hold(self, service, member, admin):
        path = '/mgmt/quotas/' + api.PROJECT
        assert api.error(member.put(
            path, {'quotas': {'instances': 99}}))[0] == 403
        answer = admin.put(path, {'quotas': {
            'instances': 0, 'ram': None, 'volumes': -1, 'xmlns': 'x'}})
        assert answer.json == {'quotas': {'instances': 0, 'volumes': -1}}
        assert api.error(member.post(
            '/instances', api.create_body()))[0] == 413

    @pytest.mark.parametrize('body,code', [
        (None, 400), ({}, 400), ({'quotas': None}, 400),
        ({'quotas': {'instances': 'many'}}, 400),
        ({'quotas': {'instances': -2}}, 400),
        ({'quotas': {'instances': True}}, 400),
        ({'quotas': {'instances': 7, 'moons': 1}}, 404)])
    def test_all_or_nothing(self, service, member, admin, body, code):
        path = '/mgmt/quotas/' + api.PROJECT
        assert api.error(admin.put(path, body))[0] == code
        assert member.get('/limits').json['limits'][0][
            'max_instances'] == 10


class TestMgmtInstances:
    """/mgmt/instances."""

    @pytest.fixture
    def ids(self, service, member):
        """Instances of two projects: active, building, deleted."""
        found = []
        for caller in (member, service.caller('foreign'), member):
            answer = caller.post('/instances', api.create_body(
                volume={'size': 1}))
            found.append(answer.json['instance']['id'])
        service.become_active(found[0])
        with service.db.writer() as tx:
            tx.instances.mark_deleted(found[2])
        return found

    @pytest.mark.parametrize('query,expected', [
        ('', (0, 1, 2)), ('?deleted=False', (0, 1)), ('?deleted=true', (2,)),
        ('?project_id=' + api.OTHER, (1,)),
        ('?project_id=%s&deleted=0' % api.PROJECT, (0,))])
    def test_list(self, admin, ids, query, expected):
        rows = admin.get('/mgmt/instances' + query).json['instances']
        assert {row['id'] for row in rows} == {ids[n] for n in expected}

    def test_pages_by_offset(self, admin, ids):
        page = admin.get('/mgmt/instances?limit=2').json
        assert page['links'][0]['href'].endswith('limit=2&marker=2')
        rest = admin.get('/mgmt/instances?limit=2&marker=2').json
        assert 'links' not in rest
        assert {row['id'] for row in page['instances']
                + rest['instances']} == set(ids)
        assert len(admin.get('/mgmt/instances?limit=2000').json[
            'instances']) == 3

    @pytest.mark.parametrize('query', ['limit=x', 'limit=0', 'marker=x',
                                       'marker=-1', 'deleted=so'])
    def test_nonsense(self, admin, query):
        assert api.error(admin.get('/mgmt/instances?' + query))[0] == 400

    def test_show(self, admin, ids):
        shown = admin.get('/mgmt/instances/' + ids[0]).json['instance']
        assert shown['server']['id'] == 'server-1'
        assert shown['server']['status'] == 'ACTIVE'
        assert shown['service_status'] == 'HEALTHY'
        assert shown['guest_status'] == {'state_description': 'healthy'}
        assert shown['volume'] == {'id': 'volume-1', 'size': 1,
                                   'used': 0.25, 'total': 1.0}
        assert shown['task_description'] == 'No tasks for the instance.'
        assert (shown['deleted'], shown['deleted_at']) == (False, None)
        assert shown['tenant_id'] == api.PROJECT

    def test_deleted_ones_are_shown_on_request(self, admin, ids):
        path = '/mgmt/instances/' + ids[2]
        assert api.error(admin.get(path + '?deleted=False'))[0] == 404
        shown = admin.get(path + '?deleted=true').json['instance']
        assert shown['status'] == 'SHUTDOWN'
        assert shown['deleted'] is True
        assert shown['deleted_at']
        assert shown['datastore']['type'] == 'mariadb'
        assert shown['server'] is None
