# SPDX-License-Identifier: Apache-2.0
"""Configuration groups brought into engines, and taken away again."""

import pytest

from trove.objects import operation
from trove.objects import status
from trove.tests.fixtures import api
from trove.tests.fixtures import database
from trove.tests.fixtures import tuning

put = tuning.attach


@pytest.fixture
def service_class():
    """A service whose versions have parameters."""
    return tuning.Service


def show(caller, group_id):
    return caller.get('/configurations/' + group_id).json['configuration']


class TestInstances:
    """Groups in engines."""

    def test_attach_and_detach(self, service, member, make_group):
        group_id = make_group({'max_connections': 200})['id']
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

    def test_an_empty_object_detaches(self, service, member, make_group):
        instance_id = service.an_instance()
        put(member, instance_id, make_group({})['id'])
        for method in ('patch', 'put'):
            answer = getattr(member, method)(
                '/instances/' + instance_id, {'instance': {}})
            assert answer.status_code == 202
        assert service.instance(instance_id).configuration_id is None

    @pytest.mark.parametrize('values', [
        {'innodb_buffer_pool_size': 64 * 1024 ** 2},
        {'max_connections': 100, 'innodb_buffer_pool_size': 64 * 1024 ** 2}])
    def test_some_values_wait_for_a_restart(self, service, member, make_group,
                                            values):
        instance_id = service.an_instance()
        put(member, instance_id, make_group(values)['id'])
        found = service.instance(instance_id)
        assert found.task is status.Task.RESTART_REQUIRED
        assert found.status == 'RESTART_REQUIRED'
        assert 'innodb_buffer_pool_size' not in (
            service.guests.applied.get(instance_id, {}))
        assert service.guests.overrides[instance_id] == values

    def test_who_waits_for_a_restart_can_get_rid_of_a_group(
            self, service, member, make_group):
        instance_id = service.an_instance()
        later = {'innodb_buffer_pool_size': 64 * 1024 ** 2}
        put(member, instance_id, make_group(later)['id'])
        assert put(member, instance_id, None).status_code == 202
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.RESTART_REQUIRED
        assert service.guests.overrides[instance_id] == {}
        # Values that need no restart leave the wish for one as it is.
        group_id = make_group({'max_connections': 200})['id']
        assert put(member, instance_id, group_id).status_code == 202
        found = service.instance(instance_id)
        assert (found.configuration_id, found.task) == (
            group_id, status.Task.RESTART_REQUIRED)

    def test_without_a_default_detaching_needs_a_restart(
            self, service, member, make_group):
        instance_id = service.an_instance()
        put(member, instance_id, make_group({'wait_timeout': 60})['id'])
        put(member, instance_id, None)
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.RESTART_REQUIRED

    def test_a_refused_value_is_taken_back(self, service, member, make_group):
        group_id = make_group({'max_connections': 200})['id']
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

    def test_a_silent_guest_is_told_of(self, service, member, make_group):
        group_id = make_group({'max_connections': 200})['id']
        instance_id = service.an_instance()
        service.guests.silent = True
        assert api.error(put(member, instance_id, group_id))[0] == 504
        found = service.instance(instance_id)
        assert found.configuration_id is None
        assert found.task is status.Task.NONE

    def test_an_answer_that_takes_too_long_is_no_failure(
            self, make_service, make_group):
        service = make_service(agent_call_high_timeout=1)
        member = service.caller('member')
        group_id = make_group({'max_connections': 200}, member)['id']
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
                                                    make_group):
        group_id = make_group({})['id']
        busy = service.an_instance(task=status.Task.RESIZING)
        off = service.an_instance(server_status='SHUTOFF')
        for instance_id in (busy, off):
            assert api.error(put(member, instance_id, group_id))[0] == 422
            assert service.instance(instance_id).configuration_id is None

    def test_groups_of_others_are_refused(self, service, member, make_group):
        instance_id = service.an_instance()
        foreign = make_group({}, service.caller('foreign'))['id']
        assert api.error(put(member, instance_id, foreign))[0] == 404
        assert api.error(put(member, instance_id, api.NOBODY))[0] == 404
        other = make_group({}, datastore={
            'type': 'mariadb', 'version': '11.8'})['id']
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
    def group_id(self, make_group):
        return make_group({'max_connections': 200})['id']

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

    def test_the_order_holds_the_values(self, service, member, make_group):
        group_id = make_group({'max_connections': 200})['id']
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
