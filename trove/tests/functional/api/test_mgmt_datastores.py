# SPDX-License-Identifier: Apache-2.0
"""Operators: parameters, datastore versions, accounts."""

import pytest

from trove.tests.fixtures import api

IMAGE = '6c2f0c0a-0000-4000-8000-00000000000a'


@pytest.fixture
def image(service):
    """An image whose id is a UUID, as Glance's are."""
    images = service.cloud.images.images
    images.append(type(images[0])(id=IMAGE, name='x', status='active',
                                  tags=('trove', 'fresh')))
    return IMAGE


@pytest.fixture
def path(service):
    with service.db.reader() as tx:
        store = tx.datastores.find('mariadb')
        version = tx.datastores.version(store.id, '10.11')
    return '/mgmt/datastores/versions/%s/parameters' % version.id


def body(name='x_size', kind='integer', **facts):
    return {'configuration-parameter': {
        'name': name, 'restart_required': 0, 'data_type': kind, **facts}}


class TestParameters:
    """X19-X23 and CP1-CP4."""

    def test_both_views(self, member, admin, path):
        made = admin.post(path, body(min_size=1, max_size='20'))
        version_id = path.split('/')[4]
        assert (made.status_code, made.json) == (200, {
            'name': 'x_size', 'datastore_version_id': version_id,
            'restart_required': False, 'type': 'integer', 'min_size': 1,
            'max_size': 20})
        assert admin.get(path).json == {
            'configuration-parameters': [made.json]}
        assert admin.get(path + '/x_size').json == made.json
        public = {**made.json, 'min': 1, 'max': 20}
        del public['min_size'], public['max_size']
        for where in ('/datastores/mariadb/versions/10.11',
                      '/datastores/versions/' + version_id):
            assert member.get(where + '/parameters').json == {
                'configuration-parameters': [public]}
            assert member.get(where + '/parameters/x_size').json == public
            assert api.error(member.get(where + '/parameters/y'))[0] == 404

    def test_changed_and_removed(self, admin, path):
        admin.post(path, body('a_flag', 'boolean'))
        changed = admin.put(path + '/a_flag', body(
            'ignored', 'string', restart_required='1'))
        assert (changed.json['name'], changed.json['type'],
                changed.json['restart_required']) == (
                    'a_flag', 'string', True)
        assert 'min_size' not in changed.json
        gone = admin.delete(path + '/a_flag')
        assert (gone.status_code, gone.data) == (204, b'')
        for answer in (admin.delete(path + '/a_flag'),
                       admin.put(path + '/a_flag', body(kind='float')),
                       admin.get(path + '/a_flag')):
            assert api.error(answer)[0] == 404

    @pytest.mark.parametrize('wrong', [
        {}, body(), body(min_size=1), body(min_size=2, max_size=1),
        body(kind='list'), body(name=''), body(name='n' * 129),
        body(name='a b', kind='string'), body(kind='string', min_size='x'),
        body(kind='string', restart_required=2),
        body(name='datadir', kind='string'),
        body(name='PLUGIN-dir', kind='string')])
    def test_wrong_ones_are_refused(self, admin, path, wrong):
        assert api.error(admin.post(path, wrong))[0] == 400
        assert admin.get(path).json == {'configuration-parameters': []}

    def test_a_name_is_taken_once(self, admin, path):
        admin.post(path, body(kind='string'))
        for name in ('x_size', 'X_SIZE'):
            assert api.error(admin.post(path, body(
                name, 'string')))[0] == 400

    def test_unknown_versions(self, member, admin):
        for method, caller, where in (
                (admin.get, 'm', '/mgmt/datastores/versions/x/parameters'),
                (member.get, 'p', '/datastores/versions/x/parameters'),
                (member.get, 'p', '/datastores/x/versions/x/parameters'),
                (member.get, 'p',
                 '/datastores/mariadb/versions/x/parameters')):
            assert api.error(method(where))[0] == 404, caller

    def test_members_may_not(self, member, path):
        assert api.error(member.get(path))[0] == 403
        assert api.error(member.post(path, body()))[0] == 403


def version(**facts):
    return {'version': {
        'name': '12', 'datastore_name': 'fresh', 'active': True,
        'datastore_manager': 'mariadb', 'image': IMAGE, **facts}}


def find(admin, name='12'):
    return next(one for one in admin.get('/mgmt/datastore-versions').json[
        'versions'] if one['name'] == name)


@pytest.mark.usefixtures('image')
class TestVersions:
    """X24-X28."""

    PATH = '/mgmt/datastore-versions'

    def test_made_shown_changed_and_removed(self, member, admin):
        made = admin.post(self.PATH, version(default=True, packages=['a']))
        assert (made.status_code, made.data) == (202, b'')
        row = find(admin)
        assert row == {
            'id': row['id'], 'name': '12', 'version': '12',
            'datastore_id': row['datastore_id'], 'datastore_name': 'fresh',
            'datastore_manager': 'mariadb', 'image': IMAGE,
            'image_tags': [], 'packages': ['a'], 'active': True,
            'default': True, 'registry_ext': None, 'repl_strategy': None}
        one = '%s/%s' % (self.PATH, row['id'])
        assert admin.get(one).json == {'version': row}
        changed = admin.patch(one, {'image_tags': ['fresh'],
                                    'default': False, 'name': '13'})
        assert (changed.status_code, changed.data) == (202, b'')
        after = admin.get(one).json['version']
        assert (after['image'], after['image_tags'], after['default'],
                after['name']) == (None, ['fresh'], False, '13')
        gone = admin.delete(one)
        assert (gone.status_code, gone.data) == (202, b'')
        assert api.error(admin.get(one))[0] == 404
        assert api.error(admin.delete(one))[0] == 404
        assert api.error(admin.patch(one, {}))[0] == 404
        assert admin.delete('/datastores/fresh').status_code == 202
        assert api.error(member.get('/datastores/fresh'))[0] == 404

    @pytest.mark.parametrize('wrong', [
        {'image': None}, {'image': 'text'}, {'image': api.NOBODY},
        {'image_tags': ['none-has-it'], 'image': ...},
        {'image': ...}, {'datastore_manager': 'alien'},
        {'active': False, 'default': True}, {'unknown': 1},
        {'image_tags': ['x'] * 2}, {'image_tags': ['x' * 21]},
        {'image_tags': list('abcdef')}, {'name': ...},
        {'packages': ['p' * 200, 'q' * 200, 'r' * 200]}])
    def test_wrong_ones_leave_nothing_behind(self, admin, wrong):
        wanted = version(**wrong)
        wanted['version'] = {name: value for name, value
                             in wanted['version'].items()
                             if value is not ...}
        assert api.error(admin.post(self.PATH, wanted))[0] == 400
        assert api.error(admin.get('/datastores/fresh'))[0] == 404

    @pytest.mark.parametrize('wrong', [
        {'version': '2'}, {'unknown': 1}, {'image': ''},
        {'image': api.NOBODY}, {'datastore_manager': 'alien'},
        {'active': False, 'default': True}])
    def test_wrong_changes_change_nothing(self, admin, wrong):
        admin.post(self.PATH, version())
        before = find(admin)
        one = '%s/%s' % (self.PATH, before['id'])
        assert api.error(admin.patch(one, wrong))[0] == 400
        assert find(admin) == before

    def test_a_version_is_made_once(self, admin):
        admin.post(self.PATH, version())
        assert api.error(admin.post(self.PATH, version()))[0] == 400
        assert admin.post(self.PATH,
                          version(version='12.1')).status_code == 202

    def test_a_used_version_stays(self, service, member, admin):
        admin.post(self.PATH, version())
        member.post('/configurations', {'configuration': {
            'name': 'g', 'values': {}, 'datastore': {
                'type': 'fresh', 'version': '12'}}})
        one = '%s/%s' % (self.PATH, find(admin)['id'])
        assert api.error(admin.delete(one))[0] == 400
        [group] = member.get('/configurations').json['configurations']
        member.delete('/configurations/' + group['id'])
        assert admin.delete(one).status_code == 202


def test_accounts(service, member, admin):
    assert admin.get('/mgmt/accounts').json == {'accounts': []}
    with service.db.reader() as tx:
        store = tx.datastores.find('mariadb')
    made = member.post('/instances', {'instance': {
        'name': 'db', 'flavorRef': '1', 'volume': {'size': 1},
        'nics': [{'network_id': api.NETWORK}],
        'datastore': {'type': store.id}}}).json['instance']
    assert admin.get('/mgmt/accounts').json == {
        'accounts': [{'id': api.PROJECT, 'num_instances': 1}]}
    assert admin.get('/mgmt/accounts/' + api.PROJECT).json == {
        'account': {'id': api.PROJECT, 'instance_ids': [made['id']]}}
    assert admin.get('/mgmt/accounts/nobody').json == {
        'account': {'id': 'nobody', 'instance_ids': []}}
    assert api.error(member.get('/mgmt/accounts'))[0] == 403
