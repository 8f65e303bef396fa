# SPDX-License-Identifier: Apache-2.0
"""openstacksdk's database proxy, each of its methods, as it writes bodies."""

import pytest
from keystoneauth1 import session as sessions
from keystoneauth1 import token_endpoint
from openstack import connection
from openstack import exceptions
from openstack.database.v1 import _proxy

from trove.objects import status
from trove.tests.fixtures import api

#: Asks for one database or user by path, which the resources of the client
#: do not allow: it raises by itself, or lists.
REFUSED_BY_CLIENT = {'find_database', 'get_database', 'find_user',
                     'get_user'}
TRIED = {'create_database', 'delete_database', 'databases', 'find_flavor',
         'get_flavor', 'flavors', 'create_instance', 'delete_instance',
         'find_instance', 'get_instance', 'instances', 'update_instance',
         'create_user', 'delete_user', 'users', 'wait_for_status',
         'wait_for_delete'}


@pytest.fixture
def proxy(world):
    """The proxy of the ordinary tenant."""
    auth = token_endpoint.Token(
        '%s/v1.0/%s' % (world.url, api.PROJECT), 'member')
    made = connection.Connection(session=sessions.Session(auth=auth))
    yield made.database
    made.close()


@pytest.fixture
def one(world, proxy):
    """The instance that is there, as the client has it."""
    return proxy.get_instance(world.server)


def test_every_method_of_the_proxy_is_tried():
    assert TRIED | REFUSED_BY_CLIENT == {
        name for name in vars(_proxy.Proxy) if not name.startswith('_')
        and callable(getattr(_proxy.Proxy, name))}


def test_flavors(proxy):
    first, second = list(proxy.flavors())
    assert proxy.get_flavor(first.id).ram == first.ram
    assert proxy.find_flavor(second.name).id == second.id
    assert proxy.find_flavor('nothing') is None


@pytest.mark.parametrize('named', [
    {'flavor': '1'}, {'flavor': 1}, {'flavor': {'id': '1'}}])
def test_an_instance_is_made_with_what_the_client_can_say(
        world, proxy, named):
    world.service.conf.set_override('default_network_id', api.NETWORK,
                                    'network')
    made = proxy.create_instance(
        name='db', volume={'size': 1}, datastore={
            'type': 'mariadb', 'version': '10.11'}, **named)
    assert (made.status, made.flavor['id']) == ('BUILD', '1')
    assert proxy.find_instance('db').id == made.id
    assert made.id in {found.id for found in proxy.instances()}


def test_instances(world, proxy, one):
    assert one.status == 'ACTIVE'
    assert proxy.find_instance('nothing') is None
    assert proxy.wait_for_status(one, 'ACTIVE', wait=1) is one
    proxy.update_instance(one, name='renamed')
    assert world.instance().name == 'renamed'
    proxy.delete_instance(one)
    with world.service.db.writer() as tx:
        tx.instances.mark_deleted(one.id)
    proxy.wait_for_delete(one, wait=5)
    with pytest.raises(exceptions.NotFoundException):
        proxy.get_instance(one.id)
    proxy.delete_instance(one)


def test_databases(world, proxy, one):
    proxy.create_database(one, name='books', character_set='latin1')
    assert [found.name for found in proxy.databases(one)] == [
        'books', 'shop']
    proxy.delete_database('books', one)
    proxy.delete_database('books', one)
    with pytest.raises(exceptions.NotFoundException):
        proxy.delete_database('books', one, ignore_missing=False)


def test_users(world, proxy, one):
    proxy.create_user(one, name='carl', password='s3cret',
                      databases=[{'name': 'shop'}])
    assert [(found.name, found.databases) for found in proxy.users(one)] == [
        ('anne', []), ('carl', [{'name': 'shop'}])]
    proxy.delete_user('carl', one)
    with pytest.raises(exceptions.NotFoundException):
        proxy.delete_user('carl', one, ignore_missing=False)


def test_root(proxy, one):
    assert one.is_root_enabled(proxy) is False
    assert one.enable_root_user(proxy)['name'] == 'root'
    assert one.is_root_enabled(proxy) is True


@pytest.mark.parametrize(('ask', 'task'), [
    (lambda one, proxy: one.restart(proxy), status.Task.REBOOTING),
    (lambda one, proxy: one.resize_volume(proxy, 4), status.Task.RESIZING),
    (lambda one, proxy: one.resize(proxy, '2'), status.Task.RESIZING)])
def test_actions(world, proxy, one, ask, task):
    ask(one, proxy)
    assert world.instance().task is task


def test_a_user_is_made_at_its_own_path_only(world):
    path = '/instances/%s/users/' % world.server
    tenant = world.service.caller('member')
    for body in ({'users': {'name': 'x', 'password': 's3cret'}},
                 {'users': []}, {'users': {}}, {'users': None}, {}):
        answer = tenant.post(path + 'carl', body)
        assert api.error(answer)[0] == 400
    assert tenant.get(path + 'carl').status_code == 404
