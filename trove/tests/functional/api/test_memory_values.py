# SPDX-License-Identifier: Apache-2.0
"""Values that are more memory than a server has."""

import pytest

from trove.objects import status
from trove.tests.fixtures import api
from trove.tests.fixtures import tuning

#: As much as flavor 1 has, in bytes; flavor 2 has four times that.
ALL = 512 * 2 ** 20
POOL = 'innodb_buffer_pool_size'


@pytest.fixture
def service_class():
    """A service whose versions have parameters."""
    return tuning.Service


def refused(answer):
    assert api.error(answer)[0] == 422
    assert POOL in answer.text.lower()
    assert 'has 512 MB' in answer.text


def values(member, group_id):
    return member.get('/configurations/' + group_id).json[
        'configuration']['values']


def test_a_group_is_not_attached_to_what_is_too_small(
        service, member, make_group):
    group_id = make_group({'innodb_Buffer_pool_size': ALL})['id']
    small = service.an_instance()
    refused(tuning.attach(member, small, group_id))
    found = service.instance(small)
    assert found.configuration_id is None
    assert found.task is status.Task.NONE
    assert small not in service.guests.overrides
    large = service.an_instance(flavor_id='2', ram_mb=2048)
    assert tuning.attach(member, large, group_id).status_code == 202


def test_nothing_is_made_with_what_does_not_fit(service, member, make_group):
    group_id = make_group({POOL: ALL})['id']
    body = {'instance': {
        'name': 'db', 'flavorRef': '1', 'volume': {'size': 1},
        'datastore': {'type': 'mariadb', 'version': '10.11'},
        'nics': [{'net-id': api.NETWORK}], 'configuration': group_id}}
    refused(member.post('/instances', body))
    assert member.get('/instances').json['instances'] == []
    assert not any(service.used().values())
    body['instance']['flavorRef'] = '2'
    assert member.post('/instances', body).status_code == 200


@pytest.mark.parametrize('method', ['patch', 'put'])
def test_a_group_in_use_gets_no_value_that_does_not_fit(
        service, member, make_group, method):
    before = {POOL: ALL // 2, 'max_connections': 100}
    group_id = make_group(before)['id']
    small = service.an_instance()
    large = service.an_instance(flavor_id='2', ram_mb=2048)
    for one in (large, small):
        assert tuning.attach(member, one, group_id).status_code == 202
    change = getattr(member, method)
    path = '/configurations/' + group_id
    refused(change(path, {'configuration': {'values': {POOL: ALL}}}))
    assert values(member, group_id) == before
    assert service.guests.overrides[large] == before
    # The engine has other buffers, too.
    refused(change(path, {'configuration': {'values': {POOL: ALL - 1}}}))
    # What leaves room for these is the tenant's own choice.
    most = ALL * 3 // 4
    assert change(path, {'configuration': {'values': {
        POOL: most}}}).status_code in (200, 202)
    assert values(member, group_id)[POOL] == most


def test_what_was_there_before_can_be_changed_beside_it(
        service, member, make_group):
    group_id = make_group({POOL: ALL})['id']
    service.an_instance(configuration_id=group_id)
    answer = member.patch('/configurations/' + group_id, {'configuration': {
        'values': {'max_connections': 77}}})
    assert answer.status_code == 200
    answer = member.patch('/configurations/' + group_id, {'configuration': {
        'values': {POOL: None}}})
    assert answer.status_code == 200


def test_a_server_is_not_made_too_small(service, member, make_group):
    group_id = make_group({POOL: ALL})['id']
    large = service.an_instance(flavor_id='2', ram_mb=2048,
                                configuration_id=group_id)
    path = '/instances/%s/action' % large
    refused(member.post(path, {'resize': {'flavorRef': '1'}}))
    found = service.instance(large)
    assert (found.flavor_id, found.task) == ('2', status.Task.NONE)
    without = service.an_instance(flavor_id='2', ram_mb=2048)
    assert member.post('/instances/%s/action' % without, {
        'resize': {'flavorRef': '1'}}).status_code == 202


def test_it_may_always_be_made_larger(service, member, make_group):
    group_id = make_group({POOL: 8 * ALL})['id']
    small = service.an_instance(configuration_id=group_id)
    assert member.post('/instances/%s/action' % small, {
        'resize': {'flavorRef': '2'}}).status_code == 202
