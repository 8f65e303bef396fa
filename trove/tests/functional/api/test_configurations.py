# SPDX-License-Identifier: Apache-2.0
"""Configuration groups: made, changed, brought into engines."""

import pytest

from trove.cloud.fake import network
from trove.objects import operation
from trove.objects import status
from trove.tests.fixtures import api
from trove.tests.fixtures import database
from trove.tests.fixtures import tuning


@pytest.fixture
def make_service(database_template, tmp_path, monkeypatch):
    monkeypatch.setitem(network.NETWORKS, api.NETWORK, (None, '10.9.0'))
    db = api.copy_database(database_template, tmp_path)
    yield lambda **overrides: tuning.Service(db, **overrides)
    db.close()


@pytest.fixture
def make(member):
    def make(values, caller=member, **facts):
        answer = caller.post('/configurations', {'configuration': {
            'name': 'web', 'values': values,
            'datastore': {'type': 'mariadb', 'version': '10.11'}, **facts}})
        assert answer.status_code == 200, answer.json
        return answer.json['configuration']
    return make


def put(caller, instance_id, group_id):
    return caller.put('/instances/' + instance_id,
                      {'instance': {'configuration': group_id}})


def show(caller, group_id):
    return caller.get('/configurations/' + group_id).json['configuration']


class TestGroups:
    """What is stored."""

    def test_a_group_shows_what_it_was_made_of(self, service, member, make):
        made = make({'max_connections': 200, 'wait_timeout': 60},
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

    def test_a_group_is_its_projects_own(self, service, make):
        made = make({})
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

    def test_a_patch_merges_and_null_takes_away(self, member, make):
        path = '/configurations/' + make(
            {'max_connections': 200, 'wait_timeout': 60})['id']
        answer = member.patch(path, {'configuration': {'values': {
            'MAX_CONNECTIONS': 300, 'wait_timeout': None,
            'connect_timeout': 20}}})
        assert (answer.status_code, answer.data) == (200, b'')
        assert show(member, path.rpartition('/')[2])['values'] == {
            'MAX_CONNECTIONS': 300, 'connect_timeout': 20}

    def test_a_put_replaces_values_but_only_if_given(self, member, make):
        group_id = make({'max_connections': 200}, description='d')['id']
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
                                             make):
        group_id = make({})['id']
        instance_id = service.an_instance()
        assert put(member, instance_id, group_id).status_code == 202
        for caller in (member, admin):
            answer = caller.delete('/configurations/' + group_id)
            assert api.error(answer)[0] == 400
        assert put(member, instance_id, None).status_code == 202
        answer = member.delete('/configurations/' + group_id)
        assert (answer.status_code, answer.data) == (202, b'')
        assert api.error(member.get('/configurations/' + group_id))[0] == 404


class TestInstances:
    """Groups in engines."""

    def test_attach_and_detach(self, service, member, make):
        group_id = make({'max_connections': 200})['id']
        instance_id = service.an_instance()
        answer = put(member, instance_id, group_id)
        assert (answer.status_code, answer.data) == (202, b'')
        assert service.guests.overrides[instance_id] == {
            'max_connections': 200}
        assert service.guests.applied[instance_id] == {
            'max_connections': 200}
        found = service.instance(instance_id)
        assert found.task is status.Task.NONE
        assert member.get('/instances/' + instance_id).json['instance'][
            'configuration']['id'] == group_id
        assert show(member, group_id)['instance_count'] == 1
        path = '/configurations/%s/instances' % group_id
        assert member.get(path).json == {
            'instances': [{'id': instance_id, 'name': 'db'}]}
        assert api.error(put(member, instance_id, group_id))[0] == 400
        defaults = member.get('/instances/%s/configuration' % instance_id
                              ).json['instance']['configuration']
        assert put(member, instance_id, None).status_code == 202
        assert service.guests.overrides[instance_id] == {}
        assert service.guests.applied[instance_id] == {
            'max_connections': defaults['max_connections']}
        assert service.instance(instance_id).configuration_id is None
        assert service.instance(instance_id).task is status.Task.NONE
        assert put(member, instance_id, None).status_code == 202
        assert member.get(path).json == {'instances': []}

    def test_an_empty_object_detaches(self, service, member, make):
        instance_id = service.an_instance()
        put(member, instance_id, make({})['id'])
        for method in ('patch', 'put'):
            answer = getattr(member, method)(
                '/instances/' + instance_id, {'instance': {}})
            assert answer.status_code == 202
        assert service.instance(instance_id).configuration_id is None

    @pytest.mark.parametrize('values', [
        {'innodb_buffer_pool_size': 64 * 1024 ** 2},
        {'max_connections': 100, 'innodb_buffer_pool_size': 64 * 1024 ** 2}])
    def test_some_values_wait_for_a_restart(self, service, member, make,
                                            values):
        instance_id = service.an_instance()
        put(member, instance_id, make(values)['id'])
        found = service.instance(instance_id)
        assert found.task is status.Task.RESTART_REQUIRED
        assert found.status == 'RESTART_REQUIRED'
        assert 'innodb_buffer_pool_size' not in (
            service.guests.applied.get(instance_id, {}))
        assert service.guests.overrides[instance_id] == values

    def test_who_waits_for_a_restart_can_get_rid_of_a_group(
            self, service, member, make):
        instance_id = service.an_instance()
        later = {'innodb_buffer_pool_size': 64 * 1024 ** 2}
        put(member, instance_id, make(later)['id'])
        assert put(member, instance_id, None).status_code == 202
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.RESTART_REQUIRED
        assert service.guests.overrides[instance_id] == {}
        # Values that need no restart leave the wish for one as it is.
        group_id = make({'max_connections': 200})['id']
        assert put(member, instance_id, group_id).status_code == 202
        found = service.instance(instance_id)
        assert (found.configuration_id, found.task) == (
            group_id, status.Task.RESTART_REQUIRED)

    def test_without_a_default_detaching_needs_a_restart(
            self, service, member, make):
        instance_id = service.an_instance()
        put(member, instance_id, make({'wait_timeout': 60})['id'])
        put(member, instance_id, None)
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.RESTART_REQUIRED

    def test_a_refused_value_is_taken_back(self, service, member, make):
        group_id = make({'max_connections': 200})['id']
        instance_id = service.an_instance()
        service.guests.refused_values = (('max_connections', 200),)
        answer = put(member, instance_id, group_id)
        assert api.error(answer)[0] == 422
        assert 'max_connections cannot be that' in answer.text
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.NONE
        assert 'max_connections' in found.fault.message
        assert service.guests.overrides[instance_id] == {}
        service.guests.refused_values = ()
        assert put(member, instance_id, group_id).status_code == 202
        assert service.instance(instance_id).fault is None

    def test_a_silent_guest_is_told_of(self, service, member, make):
        group_id = make({'max_connections': 200})['id']
        instance_id = service.an_instance()
        service.guests.silent = True
        assert api.error(put(member, instance_id, group_id))[0] == 504
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.NONE

    def test_an_answer_that_takes_too_long_is_no_failure(
            self, make_service, make):
        service = make_service(agent_call_high_timeout=1)
        member = service.caller('member')
        group_id = make({'max_connections': 200}, member)['id']
        instance_id = service.an_instance()
        service.worker.away = True
        answer = put(member, instance_id, group_id)
        assert api.error(answer)[0] == 504
        service.worker.away = False
        service.worker.wake(None)
        assert service.instance(instance_id).configuration_id == group_id
        assert service.guests.overrides[instance_id] == {
            'max_connections': 200}

    def test_busy_and_unready_instances_are_refused(self, service, member,
                                                    make):
        group_id = make({})['id']
        busy = service.an_instance(task=status.Task.RESIZING)
        off = service.an_instance(server_status='SHUTOFF')
        for instance_id in (busy, off):
            assert api.error(put(member, instance_id, group_id))[0] == 422
            assert service.instance(instance_id).configuration_id is None

    def test_groups_of_others_are_refused(self, service, member, make):
        instance_id = service.an_instance()
        foreign = make({}, service.caller('foreign'))['id']
        assert api.error(put(member, instance_id, foreign))[0] == 404
        assert api.error(put(member, instance_id, api.NOBODY))[0] == 404
        other = make({}, datastore={'type': 'mariadb',
                                    'version': '11.8'})['id']
        assert api.error(put(member, instance_id, other))[0] == 400

    def test_the_name_stays_when_the_group_is_refused(self, service, member):
        instance_id = service.an_instance()
        answer = member.put('/instances/' + instance_id, {'instance': {
            'name': 'new', 'configuration': api.NOBODY}})
        assert api.error(answer)[0] == 404
        assert service.instance(instance_id).name == 'db'


class TestEdits:
    """A group that instances use is changed."""

    @pytest.fixture
    def group_id(self, make):
        return make({'max_connections': 200})['id']

    @pytest.fixture
    def users(self, service, member, group_id):
        made = [service.an_instance() for _ in range(3)]
        for instance_id in made:
            put(member, instance_id, group_id)
        return made

    def test_every_engine_takes_it(self, service, member, group_id, users):
        member.patch('/configurations/' + group_id, {'configuration': {
            'values': {'max_connections': 300, 'connect_timeout': 9}}})
        for instance_id in users:
            assert service.guests.applied[instance_id] == {
                'max_connections': 300, 'connect_timeout': 9}
            assert service.instance(instance_id).task is status.Task.NONE

    def test_a_restart_is_asked_for_and_not_forgotten(
            self, service, member, group_id, users):
        path = '/configurations/' + group_id
        for values in ({'innodb_buffer_pool_size': 64 * 1024 ** 2},
                       {'max_connections': 300}):
            answer = member.patch(path, {'configuration': {
                'values': values}})
            assert answer.status_code == 200
            for instance_id in users:
                assert service.instance(instance_id).task is (
                    status.Task.RESTART_REQUIRED)

    def test_one_engine_that_refuses_takes_it_back_for_all(
            self, service, member, group_id, users):
        service.guests.refused_values = (('connect_timeout', 9),)
        answer = member.put('/configurations/' + group_id, {
            'configuration': {'name': 'new', 'values': {
                'max_connections': 300, 'connect_timeout': 9}}})
        assert api.error(answer)[0] == 422
        shown = show(member, group_id)
        assert (shown['name'], shown['values']) == (
            'web', {'max_connections': 200})
        service.worker.wake(None)
        for instance_id in users:
            assert service.guests.overrides[instance_id] == {
                'max_connections': 200}

    def test_a_busy_instance_gets_it_later_and_nobody_waits(
            self, service, member, group_id, users):
        with service.db.writer() as tx:
            tx.instances.set_task(users[0], status.Task.RESIZING)
            resize = tx.operations.get(tx.operations.add(
                'resize', users[0], database.ctx(), {}))
        answer = member.patch('/configurations/' + group_id, {
            'configuration': {'values': {'max_connections': 300}}})
        assert answer.status_code == 200
        assert service.guests.overrides[users[0]] == {
            'max_connections': 200}
        with service.db.writer() as tx:
            [taken] = tx.operations.take('tm', 60, 1, verbs=['resize'])
            assert taken.id == resize.id
            tx.operations.finish(taken.id, taken.fence,
                                 operation.State.DONE)
            tx.instances.set_task(users[0], status.Task.NONE)
        service.worker.wake(None)
        assert service.guests.overrides[users[0]] == {
            'max_connections': 300}

    def test_nothing_is_sent_when_no_value_changes(
            self, service, member, group_id, users):
        before = len(service.promises())
        member.put('/configurations/' + group_id, {
            'configuration': {'name': 'new'}})
        assert len(service.promises()) == before


class TestCreate:
    """A new instance begins with a group."""

    def test_the_order_holds_the_values(self, service, member, make):
        group_id = make({'max_connections': 200})['id']
        answer = member.post('/instances', {'instance': {
            'name': 'db', 'flavorRef': '1', 'volume': {'size': 1},
            'nics': [{'network_id': api.NETWORK}],
            'datastore': {'type': 'mariadb', 'version': '10.11'},
            'configuration': group_id}})
        assert answer.status_code == 200, answer.json
        made = answer.json['instance']
        assert made['configuration']['id'] == group_id
        with service.db.reader() as tx:
            [promised] = tx.operations.list(instance_id=made['id'])
        assert promised.arguments['overrides'] == {'max_connections': 200}
        answer = member.delete('/configurations/' + group_id)
        assert api.error(answer)[0] == 400
