# SPDX-License-Identifier: Apache-2.0
"""Events of requests: which, when, and what they say."""

import pytest

from trove.common import exception
from trove.db.repos import notifications
from trove.objects.operation import State
from trove.tests.fixtures import api
from trove.tests.fixtures import guest_engine
from trove.tests.fixtures import tuning

SECRET = 'correct-horse-9'


@pytest.fixture
def service_class():
    """A service whose versions have parameters."""
    return tuning.Service


@pytest.fixture
def service(make_service):
    """The API of an operator who listens to events."""
    return make_service(oslo_messaging_notifications__driver=['messagingv2'],
                        host='api-1')


@pytest.fixture
def guest(service):
    """The guest of an active instance."""
    made = guest_engine.attach(service)
    with service.db.writer() as tx:
        operation, = tx.operations.take('tm', 60, 1)
        tx.quotas.commit(operation.id)
        tx.operations.finish(operation.id, operation.fence, State.DONE)
    heard(service)
    return made


def heard(service):
    """The events since the last time, oldest first."""
    with service.db.writer() as tx:
        found = tx.notifications.oldest(100)
        for one in found:
            tx.notifications.remove(one.number)
    return found


def types(service):
    return [one.event_type for one in heard(service)]


def test_a_promise_is_begun_here_and_ended_elsewhere(service, member):
    answer = member.post('/instances', api.create_body(users=[
        {'name': 'ann', 'password': SECRET}]))
    told, = heard(service)
    assert told.event_type == 'dbaas.instance_create.start'
    assert told.publisher == 'api.api-1'
    said = told.payload
    assert said['request_id'] == answer.headers['x-openstack-request-id']
    assert said['tenant_id'] == api.PROJECT
    assert said['payload_version'] == '1.0'
    assert said['event_id'] == told.id
    assert (said['name'], said['flavor_id'], said['datastore'],
            said['datastore_version'], said['volume_size'],
            said['users'], said['nics'], said['server_type']) == (
        'shop-db', '1', 'mariadb', '10.11', 2, 'ann', [api.NETWORK], 'api')
    assert {'client_ip', 'server_ip', 'occurred_at'} <= set(said)
    assert SECRET not in repr(said)


def test_what_is_done_at_once_is_ended_at_once(service, member):
    made = member.post('/configurations', {'configuration': {
        'name': 'big', 'values': {'max_connections': 200},
        'datastore': {'type': 'mariadb', 'version': '10.11'}}}).json
    start, end = heard(service)
    assert start.event_type == 'dbaas.configuration_create.start'
    assert end.event_type == 'dbaas.configuration_create.end'
    assert end.payload['configuration_id'] == made['configuration']['id']
    assert end.payload['name'] == start.payload['name'] == 'big'
    path = '/configurations/' + made['configuration']['id']
    member.put(path, {'configuration': {'name': 'huge', 'values': {}}})
    member.patch(path, {'configuration': {'values': {}}})
    member.delete(path)
    assert types(service) == [
        'dbaas.configuration_%s.%s' % (word, phase)
        for word in ('update', 'edit', 'delete')
        for phase in ('start', 'end')]


@pytest.mark.parametrize(('path', 'body', 'always'), [
    ('/instances', api.create_body(), {
        'name', 'flavor_id', 'datastore', 'datastore_version', 'image_id',
        'availability_zone', 'region_name'}),
    ('/instances', {'instance': {'name': 'x'}}, {
        'name', 'flavor_id', 'datastore', 'datastore_version', 'image_id',
        'availability_zone', 'region_name'}),
    ('/configurations', {'configuration': {'name': 'x', 'values': {}}}, {
        'name', 'datastore', 'datastore_version'}),
    ('/backups', {'backup': {'name': 'x', 'instance': api.NOBODY}}, {
        'name', 'instance_id', 'description', 'parent_id'})])
def test_what_listeners_may_count_on_is_always_there(
        service, member, path, body, always):
    member.post(path, body)
    told = heard(service)[0]
    assert told.event_type.endswith('.start')
    assert always <= set(told.payload)


def test_a_failure_says_what_the_caller_is_told(service, member):
    answer = member.delete('/instances/' + api.NOBODY)
    start, error = heard(service)
    assert error.event_type == 'dbaas.instance_delete.error'
    assert error.payload['message'] == api.error(answer)[2]
    assert error.payload['exception'] == 'InstanceNotFound'
    assert error.payload['instance_id'] == api.NOBODY


def test_a_defect_is_not_told_of(service, member, monkeypatch):
    def explode(*args, **kwargs):
        raise ZeroDivisionError(SECRET)
    monkeypatch.setattr(service.cloud.images, 'show', explode)
    member.post('/instances', api.create_body())
    said = heard(service)[-1].payload
    assert said['message'] == 'an internal error'
    assert SECRET not in repr(said)


def test_what_is_refused_at_the_door_is_no_event(service, member):
    assert member.post('/instances', {'instance': {}}).status_code == 400
    assert member.post('/mgmt/instances/x/action',
                       {'reboot': {}}).status_code == 403
    member.get('/instances')
    assert heard(service) == []


@pytest.mark.parametrize('body,word,traits', [
    ({'restart': {}}, 'instance_restart', {}),
    ({'resize': {'volume': {'size': 3}}}, 'instance_resize_volume',
     {'new_size': 3}),
    ({'resize': {'flavorRef': 'http://x/flavors/2'}},
     'instance_resize_instance', {'new_flavor_id': '2'})])
def test_actions(service, guest, member, body, word, traits):
    found = guest.instance_id
    assert member.post('/instances/%s/action' % found, body
                       ).status_code == 202
    told, = heard(service)
    assert told.event_type == 'dbaas.%s.start' % word
    assert traits.items() <= told.payload.items()
    assert told.payload['instance_id'] == found


def test_an_edit_ends_here_though_instances_follow_later(service, member):
    """The operations of its instances were asked for by nobody."""
    group = member.post('/configurations', {'configuration': {
        'name': 'big', 'values': {'max_connections': 200},
        'datastore': {'type': 'mariadb', 'version': '10.11'}}}).json
    group = group['configuration']['id']
    for _ in range(2):
        member.put('/instances/' + service.an_instance(),
                   {'instance': {'configuration': group}})
    told = [one.split('.') for one in types(service)[2:]]
    assert [(name, phase) for _, name, phase in told] == [
        ('instance_attach_configuration', 'start'),
        ('instance_attach_configuration', 'end')] * 2
    member.patch('/configurations/' + group, {'configuration': {
        'values': {'max_connections': 300}}})
    assert types(service) == ['dbaas.configuration_edit.start',
                              'dbaas.configuration_edit.end']


def test_a_promise_that_is_undone_has_one_error(service, member):
    group = member.post('/configurations', {'configuration': {
        'name': 'big', 'values': {'max_connections': 200},
        'datastore': {'type': 'mariadb', 'version': '10.11'}}}).json
    made = service.an_instance()
    service.guests.refused_values = (('max_connections', 200),)
    heard(service)
    answer = member.put('/instances/' + made, {'instance': {
        'configuration': group['configuration']['id']}})
    assert answer.status_code == 422
    start, error = heard(service)
    assert start.publisher.startswith('api.')
    assert error.publisher.startswith('taskmanager.')
    assert error.event_type == 'dbaas.instance_attach_configuration.error'


def test_a_change_of_tls_is_ended_by_who_does_it(service, guest, member):
    service.conf.set_override('agent_call_high_timeout', 1)
    found = guest.instance_id
    path = '/instances/%s/ssl' % found
    assert member.post(path, {'ssl': {'rollback': True}}).status_code == 400
    begun, refused = heard(service)
    assert refused.event_type == 'dbaas.instance_change_tls.error'
    assert begun.payload['action'] == 'rollback'
    assert member.post(path, {'ssl': {'disable': True}}).status_code == 504
    assert types(service) == ['dbaas.instance_change_tls.start']


def test_modules_and_logs(service, guest, member):
    found = guest.instance_id
    made = member.post('/modules', {'module': {
        'name': 'greeting', 'module_type': 'ping', 'contents': 'c2VjcmV0',
        'datastore': {'type': 'mariadb'}}}).json['module']['id']
    path = '/modules/' + made
    member.put(path, {'module': {'name': 'hello'}})
    member.put(path + '/instances', {'reapply': {}})
    member.post('/instances/%s/modules' % found, {'modules': [{'id': made}]})
    member.delete('/instances/%s/modules/%s' % (found, made))
    member.delete(path)
    member.post('/instances/%s/log' % found, {'name': 'general'})
    member.post('/instances/%s/log' % found, {
        'name': 'general', 'enable': 1, 'publish': True, 'disable': 0})
    told = heard(service)
    assert 'c2VjcmV0' not in repr(told)
    begun = [one for one in told if one.event_type.endswith('.start')]
    assert [one.event_type.split('.')[1] for one in begun] == [
        'module_create', 'module_update', 'module_reapply', 'module_apply',
        'module_remove', 'module_delete', 'instance_log']
    assert len(told) == 2 * len(begun)
    assert told[1].payload['module_id'] == made
    assert begun[0].payload['module_type'] == 'ping'
    assert begun[3].payload['module_id'] == made
    assert begun[6].payload['log'] == 'general'
    assert begun[6].payload['action'] == 'enable, publish'


def test_operators_actions(service, guest):
    found = guest.instance_id
    admin = service.caller('admin')
    admin.post('/mgmt/instances/%s/action' % found, {'migrate': {
        'host': 'h2'}})
    told, = heard(service)
    assert told.event_type == 'dbaas.migrate.start'
    assert told.payload['host'] == 'h2'
    admin.post('/mgmt/instances/%s/action' % found,
               {'reset-task-status': {}})
    assert types(service) == ['dbaas.instance_reset_status.start',
                              'dbaas.instance_reset_status.end']


def test_accounts_are_named_and_passwords_are_not(service, guest, member):
    found = guest.instance_id
    path = '/instances/%s' % found
    member.post(path + '/databases', {'databases': [{'name': 'shop'},
                                                    {'name': 'blog'}]})
    member.post(path + '/users', {'users': [
        {'name': 'ann', 'password': SECRET}]})
    member.put(path + '/users', {'users': [
        {'name': 'ann', 'password': SECRET}]})
    member.put(path + '/users/ann/databases', {'databases': [
        {'name': 'shop'}]})
    member.delete(path + '/users/ann/databases/shop')
    member.put(path + '/users/ann', {'user': {'password': SECRET}})
    member.delete(path + '/users/ann')
    member.delete(path + '/databases/shop')
    member.post(path + '/root', {'password': SECRET})
    told = heard(service)
    assert SECRET not in repr(told)
    begun = [one for one in told if one.event_type.endswith('.start')]
    assert [one.event_type.split('.')[1] for one in begun] == [
        'database_create', 'user_create', 'user_change_password',
        'user_grant', 'user_revoke', 'user_update_attributes',
        'user_delete', 'database_delete', 'root_enable']
    assert begun[0].payload['dbname'] == 'shop, blog'
    assert (begun[3].payload['username'], begun[3].payload['database']) == (
        'ann', 'shop')
    assert len(told) == 2 * len(begun)


def test_nothing_is_kept_where_nobody_listens(make_service):
    service = make_service()
    service.caller('member').post('/instances', api.create_body())
    assert heard(service) == []


def test_a_database_that_is_away_at_the_end_changes_no_answer(
        service, member, monkeypatch, caplog):
    add = notifications.Notifications.add

    def fail_at_ends(self, told):
        if told[0].event_type.endswith('.end'):
            raise exception.Unavailable('away')
        add(self, told)
    monkeypatch.setattr(notifications.Notifications, 'add', fail_at_ends)
    answer = member.post('/configurations', {'configuration': {
        'name': 'big', 'values': {'max_connections': 200},
        'datastore': {'type': 'mariadb', 'version': '10.11'}}})
    assert answer.status_code == 200
    assert 'configuration_create.end of request req-' in caplog.text

