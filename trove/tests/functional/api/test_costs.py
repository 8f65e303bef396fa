# SPDX-License-Identifier: Apache-2.0
"""What reading costs: as many SQL statements whatever the rows, no call."""

import dataclasses
import uuid

import pytest

from trove.api import deploy
from trove.objects import configuration
from trove.tests.fixtures import api
from trove.tests.fixtures import database
from trove.tests.fixtures import route_table

#: What only the cloud knows; remembered for `catalogue_cache_time`.
OF_THE_CLOUD = ('/flavors', '/volume-types')
MOST_STATEMENTS = 5
CREATE_STATEMENTS = 10
ROWS = 5


class OutOfReach:
    """A cloud or a guest that nobody may ask."""

    def __getattr__(self, name):
        raise AssertionError('%s was asked for' % name)


@pytest.fixture
def service(make_service):
    """The API with pages larger than the rows of the tests."""
    return make_service(instances_page_size=100, configurations_page_size=100,
                        max_instances_per_tenant=-1,
                        max_volumes_per_tenant=-1)


@pytest.fixture
def ids(service):
    """Ids of many instances and groups, of an ordinary project."""
    return [a_row(service) for _ in range(ROWS)]


def a_row(service):
    """Make an instance and a configuration group; their ids."""
    made = service.caller('member').post(
        '/instances', api.create_body()).json['instance']['id']
    service.become_active(made)
    now = service.db.now()
    with service.db.writer() as tx:
        store, = (one for one in tx.datastores.list(True)
                  if one.name == 'mariadb')
        group = configuration.Group(
            id=str(uuid.uuid4()), project_id=api.PROJECT, name='group',
            version_id=store.default_version_id, created=now, updated=now,
            values={'max_connections': 10})
        tx.configurations.add(group)
        tx.instances.record(made, configuration_id=group.id)
    return made, group.id


def alone(service):
    """The same API on the same database, with nobody else to ask."""
    deps = dataclasses.replace(service.deps, cloud=OutOfReach(),
                               guest=OutOfReach())
    return deploy.build(deps, api.TokenStub)


def cost(service, path):
    """How many statements an answer takes that needs nobody else."""
    caller = api.Caller(alone(service), 'admin' if 'mgmt' in path
                        else 'member')
    with database.Statements(service.db) as statements:
        answer = caller.get(path)
    assert answer.status_code in (200, 501), answer.data
    return len(statements.sent)


@pytest.mark.parametrize('path', [
    route.path for route in route_table.ROUTES
    if route.method == 'GET' and '{' not in route.path
    and route.path not in OF_THE_CLOUD])
def test_a_list_costs_the_same_whatever_it_holds(service, path):
    a_row(service)
    few = cost(service, path)
    for _ in range(ROWS):
        a_row(service)
    assert cost(service, path) == few <= MOST_STATEMENTS


@pytest.mark.parametrize('path', [
    '/instances/%s', '/mgmt/instances/%s', '/mgmt/instances/%s/root'])
def test_one_instance_costs_few_statements_and_no_call(service, ids, path):
    assert cost(service, path % ids[0][0]) <= MOST_STATEMENTS


@pytest.mark.parametrize('path', [
    '/configurations/%s', '/configurations/%s/instances'])
def test_one_group_costs_few_statements_and_no_call(service, ids, path):
    assert cost(service, path % ids[0][1]) <= MOST_STATEMENTS


@pytest.mark.parametrize('path', [
    '/modules?datastore=mariadb', '/modules/{module}/instances',
    '/modules/{module}/instances?count_only=true',
    '/instances/{instance}/modules'])
def test_what_modules_cost_does_not_grow(service, path):
    """With the modules, or with the instances that have one."""
    costs = []
    for _ in range(ROWS):
        module, one = a_module(service), a_row(service)[0]
        if not costs:
            first, instance = module, one
        with service.db.writer() as tx:
            for pair in ((instance, module), (one, first)):
                tx.modules.put_result(*pair, 'md5', 'OK', '')
        costs.append(cost(service, path.format(module=first,
                                               instance=instance)))
    assert costs == [costs[0]] * ROWS
    assert costs[0] <= MOST_STATEMENTS


def a_module(service):
    """Make a module; its id."""
    made = service.caller('member').post('/modules', {'module': {
        'name': str(uuid.uuid4()), 'module_type': 'ping',
        'contents': 'message=a', 'datastore': {'type': 'mariadb'}}})
    return made.json['module']['id']


def test_filters_cost_no_more(service, ids):
    plain = cost(service, '/instances')
    for query in ('name=shop-db', 'datastore=mariadb', 'status=ACTIVE',
                  'datastore_version=10.11', 'include_clustered=true'):
        assert cost(service, '/instances?' + query) == plain, query


@pytest.mark.parametrize('asks', [
    {}, {'users': [{'name': 'ann', 'password': 'pass'}]},
    {'configuration': True}, {'modules': True}])
def test_a_create_costs_few_statements(service, ids, asks):
    """Of a project that has instances already; nothing is read twice."""
    member = service.caller('member')
    more = 0
    if 'configuration' in asks:
        asks, more = {'configuration': ids[0][1]}, 5
    elif 'modules' in asks:
        made = member.post('/modules', {'module': {
            'name': 'm', 'module_type': 'ping', 'contents': 'message=a'}})
        asks, more = {'modules': [{'id': made.json['module']['id']}]}, 1
    member.post('/instances', api.create_body())
    with database.Statements(service.db) as statements:
        answer = member.post('/instances', api.create_body(**asks))
    assert answer.status_code == 200, answer.data
    assert len(statements.sent) <= CREATE_STATEMENTS + more


def test_a_create_is_answered_as_it_is_stored(service, ids):
    """The answer is made of what was written, without looking again."""
    member = service.caller('member')
    made = member.post('/instances', api.create_body(
        configuration=ids[0][1])).json['instance']
    shown = member.get('/instances/' + made['id']).json['instance']
    assert {name: value for name, value in made.items()
            if name != 'links'}.items() <= shown.items()


#: What only the guest knows is asked of it, and nothing else is.
OF_THE_GUEST = ('/databases', '/users', '/hwinfo', '/diagnostics',
                '/rpc_ping', '/log')
#: What only the cloud knows: servers by host, flavors, images' members. The
#: default configuration of an instance is made for its flavor.
OF_THE_CLOUD_TOO = ('/flavors', '/volume-types', '/mgmt/hosts', '/members',
                    '/{id}/configuration')

BY_ID = [
    route.path for route in route_table.ROUTES
    if route.method == 'GET' and '{' in route.path
    and not any(word in route.path
                for word in (*OF_THE_GUEST, *OF_THE_CLOUD_TOO))]


@pytest.mark.parametrize('path', BY_ID)
def test_each_route_costs_few_statements_and_no_call(service, ids, path):
    instance_id, group_id = ids[0]
    known = {
        '/configurations/{id}': '/configurations/' + group_id,
        'instances/{id}': 'instances/' + instance_id,
        '{datastore}': 'mariadb', '{version}': '10.11',
        '{project}': api.PROJECT}
    for word, value in known.items():
        path = path.replace(word, value)
    for part in [part for part in path.split('/') if part.startswith('{')]:
        path = path.replace(part, api.NOBODY)
    caller = api.Caller(alone(service), 'admin' if 'mgmt' in path
                        else 'member')
    with database.Statements(service.db) as statements:
        answer = caller.get(path)
    assert answer.status_code in (200, 404, 501), answer.data
    assert len(statements.sent) <= MOST_STATEMENTS
