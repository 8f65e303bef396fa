# SPDX-License-Identifier: Apache-2.0
"""/clusters: a request is checked to its end before it is told 501."""

import pytest

from trove.tests.fixtures import api

NODE = {'flavorRef': '1', 'volume': {'size': '2'},
        'nics': [{'network_id': api.NETWORK}]}
OTHER_NODE = {**NODE, 'flavorRef': '2'}


def body(nodes=3, **changes):
    """A request for a cluster."""
    if isinstance(nodes, int):
        nodes = [NODE] * nodes
    return {'cluster': {
        'name': 'gal', 'instances': nodes,
        'datastore': {'type': 'mariadb', 'version': '10.11'}, **changes}}


def members(**changes):
    """Three members that are alike."""
    return [{**NODE, **changes}] * 3


REFUSED = {
    'nothing': ({}, 400, 'cluster'),
    'no members': (body(0), 400, 'cluster.instances'),
    'no version': (body(datastore={'type': 'mariadb'}), 400, 'version'),
    'bad locality': (body(locality='near'), 400, 'cluster.locality'),
    'unknown datastore': (body(datastore={
        'type': 'x', 'version': '1'}), 404, 'Datastore x'),
    'unknown version': (body(datastore={
        'type': 'mariadb', 'version': '1'}), 404, 'version 1'),
    'inactive version': (body(datastore={
        'type': 'mariadb', 'version': 'old'}), 400, 'not active'),
    'too few': (body(1), 400, 'at least 3'),
    'an even number': (body(4), 400, 'odd'),
    'unlike flavors': (body([NODE, NODE, OTHER_NODE]), 400, 'flavor'),
    'unlike volumes': (body([NODE, NODE, {**NODE, 'volume': {'size': 3}}]),
                       400, 'size of volume'),
    'unlike networks': (body([NODE, NODE, {**NODE, 'nics': [
        {'network_id': api.FOREIGN_NETWORK}]}]), 400, 'network'),
    'unknown flavor': (body(members(flavorRef='9')), 400, 'flavorRef'),
    'no size': (body([{'flavorRef': '1'}] * 3), 400, 'size'),
    'a large volume': (body(members(volume={'size': 11})), 413, '11 GB'),
    'a foreign network': (body(members(nics=[
        {'network_id': api.FOREIGN_NETWORK}])), 400, 'nics'),
    'a bad address': (body(members(nics=[
        {'subnet_id': api.SUBNET, 'ip_address': '10.9.0.999'}])), 400,
        'cluster.instances[0]'),
    'an unknown zone': (body(members(availability_zone='mars')), 400,
                        'mars'),
    'another region': (body(members(region='Mars')), 501, 'region'),
    'an unknown group': (body(configuration=api.NOBODY), 404,
                         'Configuration group'),
    'of another engine': (body(extended_properties={'num_mongos': '1'}),
                          400, 'extended_properties'),
    'above the quota': (body(11), 413, 'instances'),
    'all in order': (body(), 501, 'Clusters'),
}


@pytest.mark.parametrize('case', REFUSED)
def test_a_refused_cluster_leaves_nothing(service, member, case):
    asked, code, part = REFUSED[case]
    status, _, message = api.error(member.post('/clusters', asked))
    assert (status, part in message) == (code, True), message
    assert service.rows() == 0
    assert service.used() == {}
    assert service.promises() == []


def test_even_numbers_are_the_operators_choice(service, member):
    service.conf.set_override('even_cluster_members', True, 'mariadb')
    service.conf.set_override('min_cluster_member_count', 2, 'mariadb')
    assert api.error(member.post('/clusters', body(2)))[0] == 501


def test_lists_are_empty(member, admin):
    assert member.get('/clusters').json == {'clusters': []}
    assert admin.get('/mgmt/clusters?deleted=true').json == {'clusters': []}


@pytest.mark.parametrize('action', [
    {'grow': [{**NODE, 'type': ['replica'], 'related_to': None}]},
    {'grow': [{**NODE, 'type': 'query_router'}]},
    {'shrink': [{'id': api.NOBODY}]}, {'add_shard': {}}, {'restart': {}},
    {'upgrade': {'datastore_version': '11.8'}}, {'reset-status': {}},
    {'reset-status': {'force_delete': True}},
    {'configuration_attach': {'configuration_id': api.NOBODY}},
    {'configuration_detach': {}}, {'resize': {'flavorRef': '2'}},
    {'resize': {'volume': {'size': 3}}}])
@pytest.mark.parametrize('ending', ['', '/action'])
def test_an_action_on_no_cluster(member, action, ending):
    answer = member.post('/clusters/%s%s' % (api.NOBODY, ending), action)
    assert api.error(answer)[0] == 404


@pytest.mark.parametrize('action', [
    {}, {'grow': []}, {'grow': [{}]}, {'shrink': [{'id': 'x'}]},
    {'restart': {}, 'add_shard': {}}, {'fly': {}}, {'reset-status': None},
    {'resize': {}}, {'resize': {'flavorRef': '1', 'volume': {'size': 2}}}])
def test_an_action_is_exactly_one_that_is_known(member, action):
    answer = member.post('/clusters/' + api.NOBODY, action)
    assert api.error(answer)[0] == 400


@pytest.mark.parametrize('action', [{}, {'reset-task': {}, 'a': 1},
                                    {'restart': {}}])
def test_operators_reset_tasks_and_nothing_else(admin, action):
    path = '/mgmt/clusters/%s/action' % api.NOBODY
    assert api.error(admin.post(path, action))[0] == 400
    assert api.error(admin.post(path, {'reset-task': {}}))[0] == 404
