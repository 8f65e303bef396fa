# SPDX-License-Identifier: Apache-2.0
"""Configuration groups: made, shown, changed."""

import pytest

from trove.tests.fixtures import api
from trove.tests.fixtures import tuning


@pytest.fixture
def service_class():
    """A service whose versions have parameters."""
    return tuning.Service


def show(caller, group_id):
    return caller.get('/configurations/' + group_id).json['configuration']


class TestGroups:
    """What is stored."""

    def test_a_group_shows_what_it_was_made_of(
            self, service, member, make_group):
        made = make_group({'max_connections': 200, 'wait_timeout': 60},
                          description='d')
        assert made == show(member, made['id'])
        assert made['values'] == {'max_connections': 200, 'wait_timeout': 60}
        assert (made['name'], made['description'], made['instance_count'],
                made['datastore_name'], made['datastore_version_id'],
                made['datastore_version_name'],
                made['datastore_version_number']) == (
                    'web', 'd', 0, 'mariadb', service.version.id, '10.11',
                    '10.11')
        [row] = member.get('/configurations').json['configurations']
        assert set(made) - set(row) == {'values', 'instance_count'}

    def test_groups_come_in_pages(self, make_service):
        service = make_service(configurations_page_size=2)
        member = service.caller('member')
        for _ in range(3):
            member.post('/configurations', {'configuration': {
                'name': 'g', 'values': {}, 'datastore': {
                    'type': 'mariadb'}}})
        page = member.get('/configurations').json
        assert len(page['configurations']) == 2
        link = page['links'][0]['href'].partition('/configurations')[2]
        rest = member.get('/configurations' + link).json
        assert len(rest['configurations']) == 1
        assert 'links' not in rest

    def test_a_group_is_its_projects_own(self, service, make_group):
        made = make_group({})
        foreign = service.caller('foreign')
        assert foreign.get('/configurations').json == {'configurations': []}
        for method in ('get', 'delete'):
            answer = getattr(foreign, method)(
                '/configurations/' + made['id'])
            assert api.error(answer)[0] == 404
        body = {'configuration': {'values': {}}}
        for method in ('put', 'patch'):
            answer = getattr(foreign, method)(
                '/configurations/' + made['id'], body)
            assert api.error(answer)[0] == 404
        admin = service.caller('admin')
        [seen] = admin.get('/configurations').json['configurations']
        assert seen['id'] == made['id']

    @pytest.mark.parametrize('values,code,word', [
        ({'no_such': 1}, 422, 'no_such'),
        ({'max_connections': '200'}, 422, 'integer'),
        ({'max_connections': True}, 422, 'integer'),
        ({'max_connections': 1.5}, 422, 'integer'),
        ({'max_connections': None}, 422, 'integer'),
        ({'max_connections': 0}, 422, 'at least'),
        ({'max_connections': 10 ** 30}, 422, 'at most'),
        ({'max_connections': 100, 'MAX_connections': 200}, 422, 'twice'),
        ({'character_set_server': 5}, 422, 'string'),
        ({'character_set_server': 'a\nb=c'}, 422, 'string'),
        ({'character_set_server': 'x' * 1025}, 400, '1024'),
        ({'datadir': '/'}, 422, 'datadir'),
        ({'server_id': 1}, 422, 'server_id'),
        ('text', 400, 'values'), ([], 400, 'values')])
    def test_values_are_checked(self, member, values, code, word):
        answer = member.post('/configurations', {'configuration': {
            'name': 'g', 'values': values,
            'datastore': {'type': 'mariadb', 'version': '10.11'}}})
        assert api.error(answer)[0] == code
        assert word in answer.text
        assert member.get('/configurations').json['configurations'] == []

    @pytest.mark.parametrize('body,code', [
        ({}, 400), ([], 400), ({'configuration': {}}, 400),
        ({'configuration': {'name': 'x' * 65, 'values': {}}}, 400),
        ({'configuration': {'name': 'x', 'values': {},
                            'description': 'd' * 257}}, 400),
        ({'configuration': {'name': 'x', 'values': {}, 'datastore': {
            'type': 'nosuch'}}}, 404),
        ({'configuration': {'name': 'x', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': 'nosuch'}}}, 404),
        ({'configuration': {'name': 'x', 'values': {'max_connections': 1},
                            'datastore': {'type': 'mariadb',
                                          'version': '11.8'}}}, 422),
        ({'configuration': {'name': 'x', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': 'old'}}}, 200)])
    def test_bodies_are_checked(self, member, body, code):
        assert member.post('/configurations', body).status_code == code

    def test_a_withheld_parameter_is_not_offered(self, service, admin):
        path = '/mgmt/datastores/versions/%s/parameters' % service.version.id
        answer = admin.post(path, {'configuration-parameter': {
            'name': 'plugin-load', 'restart_required': 1,
            'data_type': 'string'}})
        assert api.error(answer)[0] == 400


class TestChanges:
    """PATCH, PUT, DELETE."""

    def test_a_patch_merges_and_null_takes_away(self, member, make_group):
        path = '/configurations/' + make_group(
            {'max_connections': 200, 'wait_timeout': 60})['id']
        answer = member.patch(path, {'configuration': {'values': {
            'MAX_CONNECTIONS': 300, 'wait_timeout': None,
            'connect_timeout': 20}}})
        assert (answer.status_code, answer.data) == (200, b'')
        assert show(member, path.rpartition('/')[2])['values'] == {
            'MAX_CONNECTIONS': 300, 'connect_timeout': 20}

    def test_a_put_replaces_values_but_only_if_given(self, member, make_group):
        group_id = make_group({'max_connections': 200}, description='d')['id']
        path = '/configurations/' + group_id
        answer = member.put(path, {'configuration': {'name': 'new'}})
        assert (answer.status_code, answer.data) == (202, b'')
        shown = show(member, group_id)
        assert (shown['name'], shown['description'], shown['values']) == (
            'new', 'd', {'max_connections': 200})
        member.put(path, {'configuration': {'values': {
            'wait_timeout': 5}}})
        assert show(member, group_id)['values'] == {'wait_timeout': 5}
        assert api.error(member.put(path, {'configuration': {'values': {
            'wait_timeout': 'x'}}}))[0] == 422

    def test_a_used_group_stays_whoever_asks(self, service, member, admin,
                                             make_group):
        group_id = make_group({})['id']
        instance_id = service.an_instance()
        assert tuning.attach(member, instance_id, group_id).status_code == 202
        for caller in (member, admin):
            answer = caller.delete('/configurations/' + group_id)
            assert api.error(answer)[0] == 400
        assert tuning.attach(member, instance_id, None).status_code == 202
        answer = member.delete('/configurations/' + group_id)
        assert (answer.status_code, answer.data) == (202, b'')
        assert api.error(member.get('/configurations/' + group_id))[0] == 404
