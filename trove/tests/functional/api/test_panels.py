# SPDX-License-Identifier: Apache-2.0
"""What the dashboard and the acceptance suite of OpenStack count on, beyond
what the schemas of answers say, and the widths of names."""

import pytest

from trove.tests.fixtures import api


@pytest.fixture
def ready(service, member):
    """The path of an active instance that may act."""
    made = member.post('/instances', api.create_body()).json['instance']
    service.become_active(made['id'])
    service.end_work()
    return '/instances/' + made['id']


class TestDashboard:
    """Tables, buttons and forms."""

    def test_rows_say_by_presence_what_buttons_there_are(
            self, service, member, ready):
        row, = member.get('/instances').json['instances']
        assert not {'replicas', 'replica_of'} & set(row)
        assert 'configuration' not in member.get(ready).json['instance']
        assert isinstance(row['flavor']['id'], str)
        assert row['addresses'][0]['type'] == 'private'

    def test_a_launch_names_a_network_by_its_id(self, member):
        answer = member.post('/instances', api.create_body(
            nics=[{'network_id': api.NETWORK}],
            access={'is_public': False}))
        assert answer.status_code == 200

    def test_a_strategy_of_a_project_has_an_empty_text(self, member):
        answer = member.post('/backup_strategies', {
            'backup_strategy': {'swift_container': 'x'}})
        assert answer.json['backup_strategy']['instance_id'] == ''

    def test_a_row_is_gone_when_it_is_refreshed(self, service, member,
                                                ready):
        member.delete(ready)
        with service.db.writer() as tx:
            tx.instances.mark_deleted(ready.rpartition('/')[2])
        assert api.error(member.get(ready))[0] == 404

    def test_name_and_access_change_in_one_form(self, member, ready):
        assert member.put(ready, {'instance': {
            'name': 'new', 'access': {'is_public': True}}}
            ).status_code == 202


class TestAcceptance:
    """Timing is contract, too."""

    @pytest.mark.parametrize('body,shown', [
        ({'restart': {}}, 'REBOOT'),
        ({'resize': {'volume': {'size': 3}}}, 'RESIZE'),
        ({'resize': {'flavorRef': '2'}}, 'RESIZE')])
    def test_the_task_is_seen_when_the_answer_is(self, member, ready, body,
                                                 shown):
        assert member.post(ready + '/action', body).status_code == 202
        found = member.get(ready).json['instance']
        assert (found['status'], found['operating_status']) == (shown, '')

    def test_create_as_it_is_sent(self, member):
        version = member.get('/datastores/mariadb').json['datastore'][
            'default_version']
        answer = member.post('/instances', {'instance': {
            'name': 'tempest-1', 'flavorRef': '1',
            'volume': {'size': 1, 'type': None},
            'nics': [{'net-id': api.NETWORK}],
            'datastore': {'type': 'mariadb', 'version': version},
            'access': {'is_public': True}}})
        assert answer.json['instance']['datastore']['version'] == '10.11'

    def test_an_operator_resets_and_deletes_a_members_instance(
            self, member, admin, ready):
        assert admin.post(ready + '/action', {
            'reset_status': {}}).status_code == 202
        assert admin.delete(ready).status_code == 202

    def test_a_new_group_is_used_by_nobody(self, member):
        answer = member.post('/configurations', {'configuration': {
            'name': 'x', 'values': {}, 'datastore': {
                'type': 'mariadb', 'version': '10.11'}}})
        assert answer.json['configuration']['instance_count'] == 0

    def test_a_group_is_changed_with_200_and_replaced_with_202(
            self, member):
        made = member.post('/configurations', {'configuration': {
            'name': 'x', 'values': {}, 'datastore': {
                'type': 'mariadb', 'version': '10.11'}}}
            ).json['configuration']['id']
        path = '/configurations/' + made
        assert member.patch(path, {'configuration': {}}).status_code == 200
        assert member.put(path, {'configuration': {}}).status_code == 202


def instance(**changes):
    return 'POST', '/instances', api.create_body(**changes)


def group(**changes):
    return 'POST', '/configurations', {'configuration': {
        'name': 'x', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': '10.11'}, **changes}}


def version(**changes):
    return 'POST', '/mgmt/datastore-versions', {'version': {
        'name': 'n', 'datastore_name': 'fresh', 'active': True,
        'datastore_manager': 'mariadb', 'image_tags': ['trove', 'mariadb'],
        **changes}}


#: What fits, and what is one too many.
WIDTHS = {
    'instance name': (instance, 'name', 'n' * 255, 'n' * 256),
    'no letter': (instance, 'name', '-a-', '---'),
    'volume': (instance, 'volume', {'size': 10}, {'size': 11}),
    'replicas': (instance, 'replica_count', 1, 4),
    'nics': (instance, 'nics', [{'network_id': api.NETWORK}],
             [{'network_id': api.NETWORK}] * 2),
    'cidr': (instance, 'access', {'allowed_cidrs': ['10.0.0.0/32']},
             {'allowed_cidrs': ['10.0.0.0/33']}),
    'octets': (instance, 'access', {'allowed_cidrs': ['254.1.1.1']},
               {'allowed_cidrs': ['999.1.1.1']}),
    'group name': (group, 'name', 'n' * 64, 'n' * 65),
    'group description': (group, 'description', 'n' * 256, 'n' * 257),
    'version name': (version, 'name', 'n' * 255, 'n' * 256),
    'datastore name': (version, 'datastore_name', 'n' * 255, 'n' * 256),
    'packages': (version, 'packages', ['p' * 255, 'q' * 255],
                 ['p' * 255, 'q' * 255, 'r']),
    'tags': (version, 'image_tags', ['trove', 'mariadb'],
             ['trove', 'mariadb', 'c', 'd', 'e', 'f']),
    'tag': (version, 'image_tags', ['trove', 'mariadb'], ['t' * 21]),
}


@pytest.mark.parametrize('what', WIDTHS)
def test_names_and_sizes_have_limits(service, admin, what):
    make, member, fits, too_much = WIDTHS[what]
    method, path, body = make(**{member: fits})
    assert admin.call(method, path, json=body).status_code in (200, 202)
    method, path, body = make(**{member: too_much})
    assert api.error(admin.call(method, path, json=body))[0] in (400, 413)
