# SPDX-License-Identifier: Apache-2.0
"""What gophercloud, and with it Terraform, sends and can read.

Go reads each member into a field of one type and fails on any other; null
leaves the field as it is. Each call takes the codes below and no others.
"""

import datetime
import json

import pytest

from trove.tests.fixtures import api

#: Codes that the client takes where it names none itself.
OK = {'GET': (200,), 'POST': (201, 202), 'PUT': (201, 202),
      'PATCH': (200, 202, 204), 'DELETE': (202, 204)}

LINKS = [{'href': str, 'rel': str}]
VERSION = {'id': str, 'links': LINKS, 'name': str}
INSTANCE = {
    'created': datetime.datetime, 'updated': datetime.datetime,
    'flavor': {'id': str, 'links': LINKS}, 'hostname': str, 'ip': [str],
    'id': str, 'links': LINKS, 'name': str, 'status': str,
    'fault': {'created': datetime.datetime, 'message': str, 'details': str},
    'volume': {'size': int, 'used': float},
    'datastore': {'version': str, 'type': str, 'version_id': str},
    'addresses': [{'type': str, 'address': str}]}
GROUP = {
    'created': datetime.datetime, 'updated': datetime.datetime,
    'datastore_name': str, 'datastore_version_id': str,
    'datastore_version_name': str, 'description': str, 'id': str,
    'name': str, 'values': dict}
PARAMETER = {'max': float, 'min': float, 'name': str,
             'restart_required': bool, 'type': str}
SHAPES = {
    'instance': INSTANCE, 'instances': [INSTANCE],
    'configuration': GROUP, 'configurations': [GROUP],
    'configuration-parameters': [PARAMETER],
    'datastore': {'default_version': str, 'id': str, 'links': LINKS,
                  'name': str, 'versions': [VERSION]},
    'versions': [VERSION], 'version': VERSION,
    'flavors': [{'id': int, 'ram': int, 'name': str, 'links': LINKS,
                 'str_id': str}],
    'quotas': [{'resource': str, 'limit': int, 'in_use': int,
                'reserved': int}],
    'databases': [{'name': str, 'character_set': str, 'collate': str}],
    'users': [{'name': str, 'password': str, 'databases': [{'name': str}]}],
    'user': {'name': str, 'password': str}}


def hold(value, shape):
    """Raise AssertionError where Go could not read the value."""
    if value is None:
        return
    if isinstance(shape, list):
        assert isinstance(value, list)
        for item in value:
            hold(item, shape[0])
    elif isinstance(shape, dict):
        assert isinstance(value, dict)
        for name in shape.keys() & value.keys():
            hold(value[name], shape[name])
    elif shape is datetime.datetime:
        datetime.datetime.strptime(value, '%Y-%m-%dT%H:%M:%S')
    elif shape is float:
        assert type(value) in (int, float)
    else:
        assert type(value) is shape


@pytest.fixture
def call(world):
    """A function that sends a request and gives what is in the answer."""
    tenant = world.service.caller('member')

    def call(method, path, body=None, ok=None):
        answer = tenant.call(method, path, **(
            {} if body is None else {'json': body}))
        assert answer.status_code in (ok or OK[method]), answer.text
        if not answer.get_data():
            return None
        found = json.loads(answer.get_data())
        for name in found.keys() & SHAPES.keys():
            hold(found[name], SHAPES[name])
        return found
    return call


def test_an_instance_from_creation_to_deletion(world, call):
    group = call('POST', '/configurations', {'configuration': {
        'name': 'tf', 'description': '', 'values': {'max_connections': 50},
        'datastore': {'type': 'mariadb', 'version': '10.11'}}},
        ok=(200,))['configuration']
    made = call('POST', '/instances', {'instance': {
        'name': 'tf', 'flavorRef': '1', 'volume': {'size': 1},
        'datastore': {'version': '10.11', 'type': 'mariadb'},
        'nics': [{'net-id': api.NETWORK}],
        'databases': [{'name': 'shop', 'character_set': 'utf8mb4'}],
        'users': [{'name': 'app', 'password': 's3cret', 'host': '%',
                   'databases': [{'name': 'shop'}]}],
        'configuration': group['id']}}, ok=(200,))['instance']
    path = '/instances/' + made['id']
    assert call('GET', path)['instance']['status'] == 'BUILD'
    world.service.become_active(made['id'])
    shown = call('GET', path)['instance']
    assert (shown['status'], type(shown['volume']['used'])) == (
        'ACTIVE', float)
    assert made['id'] in {one['id'] for one in call(
        'GET', '/instances')['instances']}
    call('DELETE', path)
    # Terraform waits for 404 and bears these on the way.
    assert call('GET', path)['instance']['status'] in ('ACTIVE', 'SHUTDOWN')


def test_a_group_is_attached_and_detached(world, call):
    path = '/instances/' + world.server
    call('PUT', path, {'instance': {'configuration': world.group}},
         ok=(202,))
    assert call('GET', '/configurations/%s/instances' % world.group)[
        'instances'][0]['id'] == world.server
    call('PUT', path, {'instance': {}}, ok=(202,))
    assert world.instance().configuration_id is None
    group = '/configurations/' + world.group
    call('PATCH', group, {'configuration': {
        'values': {'connect_timeout': 17}}})
    call('PUT', group, {'configuration': {
        'name': 'other', 'values': {'connect_timeout': 18}}})
    assert call('GET', group)['configuration']['values'] == {
        'connect_timeout': 18}
    assert call('GET', '/configurations')['configurations']
    call('DELETE', group)


def test_databases_users_and_root(world, call):
    path = '/instances/' + world.server
    call('POST', path + '/databases', {'databases': [{'name': 'tfdb'}]})
    assert 'tfdb' in [one['name'] for one in call(
        'GET', path + '/databases')['databases']]
    call('POST', path + '/users', {'users': [
        {'name': 'tf', 'password': 's3cret', 'databases': [
            {'name': 'tfdb'}]}]})
    assert 'tf' in [one['name'] for one in call(
        'GET', path + '/users')['users']]
    call('DELETE', path + '/users/tf')
    call('DELETE', path + '/databases/tfdb')
    assert call('POST', path + '/root', ok=(200,))['user']['password']
    assert call('GET', path + '/root') == {'rootEnabled': True}


@pytest.mark.parametrize('body', [
    {'restart': {}}, {'resize': {'flavorRef': '2'}},
    {'resize': {'volume': {'size': 4}}}])
def test_actions(world, call, body):
    call('POST', '/instances/%s/action' % world.server, body)
    assert len(world.verbs()) == 1


@pytest.mark.parametrize('path', [
    '/datastores', '/datastores/mariadb', '/datastores/mariadb/versions',
    '/datastores/mariadb/versions/10.11', '/flavors', '/flavors/1',
    '/datastores/mariadb/versions/10.11/parameters',
    '/mgmt/quotas/' + api.PROJECT])
def test_catalogues(call, path):
    assert call('GET', path)
