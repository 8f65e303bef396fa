# SPDX-License-Identifier: Apache-2.0
"""Replicas: each request is checked to its end before it is told 501."""

import datetime

import pytest

from trove.tests.fixtures import api


def create(service, member, **facts):
    """An active instance of an engine that can replicate."""
    made = member.post('/instances', api.create_body(
        datastore={'type': 'replicating'})).json['instance']['id']
    service.become_active(made, **facts)
    return made


def act(member, instance_id, name):
    """The code and message of an action's refusal."""
    code, _, message = api.error(member.post(
        '/instances/%s/action' % instance_id, {name: {}}))
    return code, message


def detach(member, instance_id, value=None):
    """The code of a detaching."""
    return api.error(member.put('/instances/' + instance_id, {
        'instance': {'replica_of': value}}))[0]


@pytest.fixture
def pair(service, member):
    """(source, replica)"""
    source = create(service, member)
    return source, create(service, member, replica_of=source)


def test_a_source_is_no_replica_and_a_replica_no_source(member, pair):
    source, replica = pair
    assert act(member, source, 'promote_to_replica_source')[0] == 400
    assert act(member, replica, 'eject_replica_source')[0] == 400
    assert detach(member, source) == 400


def test_a_live_source_is_not_ejected(service, member, pair):
    source, _ = pair
    code, message = act(member, source, 'eject_replica_source')
    assert (code, '90 s' in message) == (400, True)
    with service.db.connection() as connection:
        connection.exec_driver_sql(
            'UPDATE service_statuses SET updated_at = ?',
            (str(service.db.now() - datetime.timedelta(seconds=91)),))
    assert act(member, source, 'eject_replica_source')[0] == 501


@pytest.mark.parametrize('value', [None, '', 'x'])
def test_what_is_in_order_is_not_offered(service, member, pair, value):
    _, replica = pair
    assert act(member, replica, 'promote_to_replica_source')[0] == 501
    assert detach(member, replica, value) == 501
    assert service.promises()[-1][0] == 'create_instance'


def test_a_busy_replica_cannot(service, member, pair):
    _, replica = pair
    service.add_backup(instance_id=replica, state='SAVING')
    assert act(member, replica, 'promote_to_replica_source')[0] == 422
    assert detach(member, replica) == 422


@pytest.mark.parametrize('count,code', [(1, 501), (2, 501), (3, 413)])
def test_each_replica_counts(make_service, count, code):
    service = make_service(max_instances_per_tenant=3)
    member = service.caller('member')
    source = create(service, member)
    answer = member.post('/instances', {'instance': {
        'name': 'copy', 'replica_of': source, 'replica_count': count}})
    assert api.error(answer)[0] == code
    assert service.used()['instances'] == 1


@pytest.mark.parametrize('changes,code', [
    ({'nics': [{'network_id': api.FOREIGN_NETWORK}]}, 400),
    ({'availability_zone': 'mars'}, 400),
    ({'configuration': api.NOBODY}, 404), ({'region_name': 'Mars'}, 501)])
def test_what_a_replica_does_not_take_from_its_source_is_checked(
        service, member, changes, code):
    source = create(service, member)
    answer = member.post('/instances', {'instance': {
        'name': 'copy', 'slave_of': source, **changes}})
    assert api.error(answer)[0] == code
