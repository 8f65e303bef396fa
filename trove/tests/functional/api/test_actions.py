# SPDX-License-Identifier: Apache-2.0
"""Actions as requests: what is promised, what is refused and with which code.
"""

import pytest

from trove.objects import status
from trove.objects.operation import State
from trove.tests.fixtures import api


@pytest.fixture
def ready(service, member):
    """The id of an instance that may act."""
    answer = member.post('/instances', api.create_body(volume={'size': 2}))
    instance_id = answer.json['instance']['id']
    service.become_active(instance_id)
    with service.db.writer() as tx:
        [operation] = tx.operations.take('tm', 60, 1)
        tx.quotas.commit(operation.id)
        tx.operations.finish(operation.id, operation.fence, State.DONE)
    return instance_id


def act(caller, instance_id, body, root='/instances'):
    return caller.post('%s/%s/action' % (root, instance_id), body)


def manage(caller, instance_id, body):
    return act(caller, instance_id, body, '/mgmt/instances')


def newest(service, instance_id):
    with service.db.reader() as tx:
        return tx.operations.list(instance_id=instance_id)[0]


@pytest.mark.parametrize('body, verb, shown', [
    ({'restart': {}}, 'restart_instance', 'REBOOT'),
    ({'resize': {'volume': {'size': 3}}}, 'resize_volume', 'RESIZE'),
    ({'resize': {'volume': {'size': '3'}}}, 'resize_volume', 'RESIZE'),
    ({'resize': {'volume': {'size': 10}}}, 'resize_volume', 'RESIZE'),
    ({'resize': {'flavorRef': '2'}}, 'resize_flavor', 'RESIZE'),
    ({'resize': {'flavorRef': 2}}, 'resize_flavor', 'RESIZE'),
    ({'resize': {'flavorRef': 'http://api/v1.0/p/flavors/2'}},
     'resize_flavor', 'RESIZE')])
def test_an_action_is_promised(service, member, ready, body, verb, shown):
    answer = act(member, ready, body)
    assert (answer.status_code, answer.data) == (202, b'')
    assert newest(service, ready).verb == verb
    assert service.waker.woken[-1] == newest(service, ready).id
    seen = member.get('/instances/' + ready).json['instance']
    assert (seen['status'], seen['operating_status']) == (shown, '')
    assert api.error(act(member, ready, body))[0] == 422


@pytest.mark.parametrize('body, code, words', [
    ({'resize': {'volume': {'size': 2}}}, 400, 'only grow'),
    ({'resize': {'volume': {'size': 1}}}, 400, 'only grow'),
    ({'resize': {'volume': {'size': 0}}}, 400, 'size'),
    ({'resize': {'volume': {'size': 'big'}}}, 400, 'size'),
    ({'resize': {'volume': {}}}, 400, 'size'),
    ({'resize': {'volume': {'size': 11}}}, 413, 'limit of 10 GB'),
    ({'resize': {'flavorRef': '1'}}, 400, 'already'),
    ({'resize': {'flavorRef': '77'}}, 400, 'flavorRef')])
def test_a_resize_that_cannot_be_is_refused(service, member, ready, body,
                                            code, words):
    before = service.used()
    seen = api.error(act(member, ready, body))
    assert seen[0] == code and words in seen[2]
    assert service.used() == before
    assert member.get('/instances/' + ready).json['instance'][
        'status'] == 'ACTIVE'


def test_quota_is_held(service, member, ready):
    with service.db.writer() as tx:
        tx.quotas.set_limit(api.PROJECT, 'volumes', 2)
    seen = api.error(act(member, ready, {'resize': {'volume': {'size': 3}}}))
    assert seen[0] == 413 and 'volumes' in seen[2]
    assert service.used()['volumes'] == 2


def test_local_storage_has_no_volume_to_grow(service, member):
    answer = member.post('/instances', api.create_body(
        volume=None, datastore={'type': 'local', 'version': '10.11'}))
    instance_id = answer.json['instance']['id']
    service.become_active(instance_id)
    assert api.error(act(member, instance_id, {
        'resize': {'volume': {'size': 3}}}))[0] == 400


@pytest.mark.parametrize('method', ['put', 'patch'])
def test_access_is_replaced_whole(service, member, ready, method):
    answer = getattr(member, method)('/instances/' + ready, {
        'instance': {'access': {'allowed_cidrs': ['10.0.0.0/8']}}})
    assert answer.status_code == 202
    operation = newest(service, ready)
    assert operation.verb == 'update_access'
    assert operation.arguments['access'] == {
        'is_public': None, 'allowed_cidrs': ['10.0.0.0/8']}


@pytest.mark.parametrize('body, verb', [
    ({'reboot': {}}, 'reboot_instance'),
    ({'migrate': {}}, 'migrate_instance'),
    ({'migrate': {'host': 'node-2'}}, 'migrate_instance')])
def test_operators_reboot_and_move_servers(service, member, admin, ready,
                                           body, verb):
    assert api.error(manage(member, ready, body))[0] == 403
    assert manage(admin, ready, body).status_code == 202
    assert newest(service, ready).verb == verb


def test_operators_stop_engines(service, admin, ready):
    assert manage(admin, ready, {'stop': {}}).status_code == 202
    assert service.guests.stopped == [ready]
    service.guests.silent = True
    assert api.error(manage(admin, ready, {'stop': {}}))[0] == 504


def test_operators_forget_a_stuck_task(service, admin, ready):
    with service.db.writer() as tx:
        tx.instances.set_task(ready, status.Task.UPGRADING)
    assert manage(admin, ready, {
        'reset-task-status': {}}).status_code == 202
    seen = admin.get('/instances/' + ready).json['instance']
    assert (seen['status'], seen['operating_status']) == (
        'ACTIVE', 'HEALTHY')


@pytest.mark.parametrize('body, code', [
    (None, 400), ({}, 400), ({'explode': {}}, 400), ({'stop': None}, 400),
    ({'stop': {}, 'reboot': {}}, 400), ({'migrate': {'host': ''}}, 400),
    ({'rebuild': {}}, 400), ({'rebuild': {'image_id': api.NOBODY}}, 400)])
def test_nonsense_and_what_is_not_built(admin, ready, body, code):
    assert api.error(manage(admin, ready, body))[0] == code


def test_the_id_must_be_one(admin):
    for body in ({'stop': {}}, {'reboot': {}}, {'migrate': {}},
                 {'reset-task-status': {}}):
        assert api.error(manage(admin, api.NOBODY, body))[0] == 404
