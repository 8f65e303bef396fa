# SPDX-License-Identifier: Apache-2.0
"""Operators look at operations and steer them over the API."""

import pytest

from trove.objects.operation import State
from trove.tests.fixtures import api

PATH = '/mgmt/operations'


@pytest.fixture
def made(service, member):
    """Ids of four instances that were asked for, oldest first."""
    return [member.post('/instances', api.create_body(name='db-%d' % one))
            .json['instance']['id'] for one in range(4)]


def operations(admin, **query):
    answer = admin.get(PATH, query_string=query)
    assert answer.status_code == 200
    return answer.json['operations']


def act(caller, operation_id, verb, argument=None):
    return caller.post('%s/%s/action' % (PATH, operation_id),
                       {verb: argument or {}})


def fail(service, instance_id):
    taken = service.start_work(instance_id)
    with service.db.writer() as tx:
        tx.operations.finish(taken.id, taken.fence, State.FAILED,
                             'cloud_refused', 'CreateVolume: no')
    return taken.id


def test_operations_are_listed_newest_first(admin, made):
    assert [one['instance_id'] for one in operations(admin, limit=10)] == (
        made[::-1])


def test_pages_are_linked_and_complete(admin, made):
    answer = admin.get(PATH)
    first = answer.json['operations']
    assert len(first) == 3                  # the operator's page size
    (link,) = answer.json['links']
    assert 'marker=' in link['href']
    rest = operations(admin, marker=first[-1]['id'])
    assert [one['instance_id'] for one in first + rest] == made[::-1]
    assert 'links' not in admin.get(PATH + '?limit=4').json


def test_operations_are_filtered(service, admin, made):
    failed = fail(service, made[1])
    (one,) = operations(admin, instance_id=made[2])
    assert one['instance_id'] == made[2]
    (one,) = operations(admin, state='FAILED')
    assert (one['id'], one['error_code'], one['error'], one['attempts']) == (
        failed, 'cloud_refused', 'CreateVolume: no', 1)
    assert operations(admin, state='failed', instance_id=made[0]) == []


@pytest.mark.parametrize('query', (
    'state=ODD', 'limit=0', 'limit=x', 'marker=none'))
def test_a_filter_that_cannot_be_is_refused(admin, query):
    assert api.error(admin.get(PATH + '?' + query))[0] == 400


def test_an_operation_is_shown_with_its_steps_and_without_secrets(
        service, admin, member):
    body = api.create_body(users=[{'name': 'ann', 'password': 's3cr3t'}])
    instance_id = member.post('/instances', body).json['instance']['id']
    (row,) = operations(admin, instance_id=instance_id)
    answer = admin.get('%s/%s' % (PATH, row['id']))
    shown = answer.json['operation']
    assert {**row, 'steps': []} == shown
    assert (shown['verb'], shown['state'], shown['project_id']) == (
        'create_instance', 'PENDING', api.PROJECT)
    assert shown['request_id'].startswith('req-')
    assert 's3cr3t' not in answer.get_data(as_text=True)


def test_a_failed_operation_is_resumed_and_somebody_is_told(
        service, admin, made):
    operation_id = fail(service, made[0])
    service.waker.woken.clear()
    assert act(admin, operation_id, 'resume').status_code == 202
    assert service.waker.woken == [operation_id]
    shown = admin.get('%s/%s' % (PATH, operation_id)).json['operation']
    assert (shown['state'], shown['error']) == ('PENDING', None)


@pytest.mark.parametrize('verb', ('cancel', 'revert'))
def test_an_unfinished_operation_is_to_be_undone(admin, made, verb):
    (row,) = operations(admin, instance_id=made[0])
    assert not row['cancel']
    assert act(admin, row['id'], verb).status_code == 202
    (row,) = operations(admin, instance_id=made[0])
    assert row['cancel']


def test_what_has_ended_is_not_cancelled(service, admin, made):
    operation_id = fail(service, made[0])
    status, _, message = api.error(act(admin, operation_id, 'cancel'))
    assert status == 409 and 'FAILED' in message


@pytest.mark.parametrize('body', (
    {}, {'resume': {}, 'cancel': {}}, {'restart': {}}, {'resume': None},
    {'resume': {'now': True}}, []))
def test_an_action_is_exactly_one_verb(admin, made, body):
    (row,) = operations(admin, instance_id=made[0])
    answer = admin.post('%s/%s/action' % (PATH, row['id']), body)
    assert api.error(answer)[0] == 400


def test_what_does_not_exist_is_not_found(admin):
    assert admin.get('%s/%s' % (PATH, api.NOBODY)).status_code == 404
    assert act(admin, api.NOBODY, 'resume').status_code == 404


def test_operations_are_for_operators(member, admin, made):
    (row,) = operations(admin, instance_id=made[0])
    for answer in (member.get(PATH), act(member, row['id'], 'cancel'),
                   member.get('%s/%s' % (PATH, row['id']))):
        assert api.error(answer)[0] == 403
