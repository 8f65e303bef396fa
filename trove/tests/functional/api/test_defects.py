# SPDX-License-Identifier: Apache-2.0
"""What clients of other servers of this API had to live with, row by row.

The number in a test's name is the row of the list of defects; the last test
counts them. Rows that other files keep are in `ELSEWHERE`, by the name of
their test.
"""

import ast
import pathlib
import re
import sys
import types

import pytest
from werkzeug import test

from trove.api import paging
from trove.common import exception
from trove.objects import status
from trove.objects.operation import State
from trove.taskmanager.steps import network as steps
from trove.tests.fixtures import api
from trove.tests.fixtures import documented
from trove.tests.fixtures import guest_engine

ROWS = range(1, 36)

#: Row -> (file beside this one's folder, test).
ELSEWHERE = {
    5: ('functional/api/test_edges.py', 'test_one'),
    13: ('functional/api/test_replication.py', 'test_each_replica_counts'),
    18: ('functional/api/test_clusters.py',
         'test_a_refused_cluster_leaves_nothing'),
    31: ('functional/api/test_edges.py',
         'test_posts_below_mgmt_have_a_limit_of_their_own'),
}


@pytest.fixture
def ready(service, member):
    """The path of an active instance."""
    made = member.post('/instances', api.create_body()).json['instance']
    service.become_active(made['id'])
    return '/instances/' + made['id']


def make_group(member, **changes):
    """The path of a new configuration group."""
    return '/configurations/' + member.post('/configurations', {
        'configuration': {'name': 'web', 'values': {}, 'datastore': {
            'type': 'mariadb', 'version': '10.11'}, **changes}}
        ).json['configuration']['id']


def code(answer):
    """The status of a refusal; holds the envelope."""
    return api.error(answer)[0]


@pytest.mark.parametrize('body', [{}, [], None, 'x', 1])
def test_row_1_a_body_without_the_wanted_member(member, body):
    assert code(member.post('/instances', body)) == 400
    assert code(member.call('POST', '/instances')) == 400


def test_row_2_every_refusal_is_in_the_envelope(service, member):
    for headers, raw, wanted in (
            ({'Content-Type': 'application/json'}, b'{', 400),
            ({'Content-Type': 'application/xml'}, b'<a/>', 415)):
        assert code(member.call('POST', '/instances', data=raw,
                                headers=headers)) == wanted
    assert code(service.caller('member', api.OTHER).get('/instances')) == 403


@pytest.mark.parametrize('path', [
    '/instances', '/backups', '/configurations'])
@pytest.mark.parametrize('query', ['limit=abc', 'limit=0', 'limit=-1'])
def test_row_3_nonsense_in_a_query(member, path, query):
    assert code(member.get('%s?%s' % (path, query))) == 400
    assert code(member.get('/backups?marker=abc')) == 400


def test_row_4_who_may_not_is_forbidden_not_unknown(
        service, member, ready):
    for path in ('/mgmt/instances', '/mgmt/accounts',
                 '/mgmt/datastore-versions', '/mgmt/clusters'):
        assert code(member.get(path)) == 403
    source = ready.rpartition('/')[2]
    replica = member.post('/instances', api.create_body(
        datastore={'type': 'replicating'})).json['instance']['id']
    service.become_active(replica, replica_of=source)
    assert code(member.post('/instances', {'instance': {
        'name': 'copy', 'replica_of': replica}})) == 400


@pytest.mark.parametrize('wanted', ['nothing', api.NOBODY])
def test_row_6_an_unknown_version_is_not_found(member, admin, ready, wanted):
    pair = {'type': 'mariadb', 'version': wanted}
    one = '/datastores/mariadb/versions/' + wanted
    for answer in (
            member.post('/instances', api.create_body(datastore=pair)),
            member.post('/configurations', {'configuration': {
                'name': 'x', 'values': {}, 'datastore': pair}}),
            member.patch(ready, {'instance': {'datastore_version': wanted}}),
            member.get(one), member.get(one + '/parameters'),
            member.get(one + '/flavors'), member.get(one + '/volume-types'),
            member.get('/datastores/versions/' + wanted),
            member.get('/datastores/versions/%s/parameters' % wanted),
            admin.get('/mgmt/datastores/versions/%s/parameters' % wanted),
            admin.get('/mgmt/datastore-versions/' + wanted),
            admin.patch('/mgmt/datastore-versions/' + wanted, {}),
            admin.delete('/mgmt/datastore-versions/' + wanted)):
        assert code(answer) == 404


@pytest.mark.parametrize('body', [
    {}, {'fly': {}}, {'resize': {}}, {'reset_status': None}, None,
    {'restart': {}, 'reset_status': {}}])
def test_row_7_an_action_is_exactly_one_that_is_known(member, ready, body):
    assert code(member.post(ready + '/action', body)) == 400


def test_row_8_volume_and_flavor_are_not_resized_at_once(member, ready):
    assert code(member.post(ready + '/action', {'resize': {
        'volume': {'size': 5}, 'flavorRef': '2'}})) == 400


def test_row_9_an_instance_whose_logs_are_read_can_be_seen(
        service, member, admin, ready):
    instance_id = ready.rpartition('/')[2]
    with service.db.writer() as tx:
        tx.instances.set_task(instance_id, status.Task.LOGGING)
    assert member.get(ready).json['instance']['status'] == 'LOGGING'
    for answer in (member.get('/instances'), member.get('/instances/detail'),
                   admin.get('/mgmt/instances')):
        assert [one['status'] for one in answer.json['instances']] == [
            'LOGGING']


def test_row_10_upgrading_and_restarting_are_two_things():
    codes = [one.code for one in status.Service]
    assert len(codes) == len(set(codes))


def test_row_11_modules_are_no_failure_for_operators(service, member,
                                                     admin):
    made = member.post('/modules', {'module': {
        'name': 'm', 'module_type': 'ping', 'contents': 'message=a',
        'live_update': True}}).json['module']
    for caller in (member, admin):
        row, = caller.get('/modules').json['modules']
        assert row['id'] == made['id']
    path = '/modules/' + made['id']
    for count in range(3):
        for caller in (member, admin):
            assert caller.get(path).json['module'][
                'instance_count'] == count
        one = member.post('/instances', api.create_body()).json['instance']
        with service.db.writer() as tx:
            tx.modules.put_result(one['id'], made['id'], made['md5'], 'OK',
                                  '')
    # A type that is named is changed, or is said to be unknown.
    answer = member.put(path, {'module': {'module_type': 'other'}})
    assert answer.status_code == 404
    assert member.get(path).json['module']['type'] == 'ping'


@pytest.mark.parametrize('state', ['NEW', 'BUILDING', 'SAVING'])
def test_row_12_a_running_backup_cannot_be_deleted(service, member, state):
    made = service.add_backup(state=state)
    assert code(member.delete('/backups/' + made)) == 422


def test_row_14_quota_is_given_back_once(service, member, ready):
    before = service.used()
    for _ in range(3):
        assert member.delete(ready).status_code == 202
    assert service.used() == before
    with service.db.writer() as tx:
        for _ in range(3):
            tx.quotas.release(ready.rpartition('/')[2])
    assert service.used() == {}


def test_row_15_the_flavor_of_what_is_deleted_may_be_gone(
        service, member, ready):
    service.cloud.compute.flavors = lambda: []
    assert member.delete(ready).status_code == 202


def test_row_16_an_operator_cannot_delete_a_group_in_use(
        service, member, admin, ready):
    group = make_group(member)
    with service.db.writer() as tx:
        tx.instances.record(ready.rpartition('/')[2],
                            configuration_id=group.rpartition('/')[2])
    for caller in (member, admin):
        assert code(caller.delete(group)) == 400


def test_row_17_values_that_are_not_given_stay(service, member, admin):
    group = make_group(member)
    assert member.put(group, {'configuration': {
        'name': 'new'}}).status_code == 202
    shown = member.get(group).json['configuration']
    assert (shown['name'], shown['values']) == ('new', {})


@pytest.mark.parametrize('node', [
    {'type': ['replica'], 'related_to': None},
    {'type': 'query_router', 'related_to': 'one'}, {'type': None}])
def test_row_19_members_as_command_lines_write_them(member, node):
    answer = member.post('/clusters/' + api.NOBODY, {
        'grow': [{'flavorRef': '1', 'volume': {'size': '2'}, **node}]})
    assert code(answer) == 404


def test_row_20_rows_of_clusters_are_full_and_addresses_texts():
    cluster = documented.schema('GET', '/clusters')['properties'][
        'clusters']['items']['properties']
    node = cluster['instances']['items']
    assert {'flavor', 'status'} <= set(node['required'])
    for found in (cluster['ip'], node['properties']['ip']):
        assert found['items'] == {'type': 'string'}


@pytest.mark.parametrize('asked,told', [
    ('promote_to_replica_source', 'instance_promote'),
    ('eject_replica_source', 'instance_eject')])
def test_row_21_each_event_is_of_what_was_asked(make_service, asked, told):
    service = make_service(
        oslo_messaging_notifications__driver=['messagingv2'])
    member = service.caller('member')
    made = member.post('/instances', api.create_body()).json['instance']
    service.become_active(made['id'])
    events(service)
    before = len(service.promises())
    assert code(member.post('/instances/%s/action' % made['id'],
                            {asked: {}})) == 400
    assert events(service) == ['dbaas.%s.%s' % (told, phase)
                               for phase in ('start', 'error')]
    assert len(service.promises()) == before


def test_row_21_the_end_of_a_user_is_begun_once(make_service):
    service = make_service(
        oslo_messaging_notifications__driver=['messagingv2'])
    guest = guest_engine.attach(service)
    member = service.caller('member')
    path = '/instances/%s/users' % guest.instance_id
    member.post(path, {'users': [{'name': 'ann', 'password': 'pw'}]})
    events(service)
    assert member.delete(path + '/ann').status_code == 202
    assert events(service) == ['dbaas.user_delete.start',
                               'dbaas.user_delete.end']


def events(service):
    """The events since the last time, oldest first."""
    with service.db.writer() as tx:
        found = tx.notifications.oldest(100)
        for one in found:
            tx.notifications.remove(one.number)
    return [one.event_type for one in found]


@pytest.mark.parametrize('error,wanted', [
    (exception.GuestSilent(instance_id='x', timeout_s=1), 504),
    (exception.GuestFailed('it broke'), 502)])
def test_row_22_guests_that_fail_are_not_the_callers_fault(
        service, member, ready, error, wanted):
    def fail(*args, **kwargs):
        raise error

    service.guests.list_databases = fail
    assert code(member.get(ready + '/databases')) == wanted


def test_row_23_what_guests_do_not_know_is_said(member, admin, ready):
    assert code(admin.post('/mgmt%s/upgrade' % ready, {
        'upgrade': {'location': 'here'}})) == 501
    assert code(admin.post('/mgmt%s/upgrade' % ready, {})) == 400


def test_row_24_managers_are_known_ones(service, admin):
    path = '/mgmt/datastore-versions'
    version = admin.get(path).json['versions'][0]
    assert code(admin.patch('%s/%s' % (path, version['id']), {
        'colour': 'red'})) == 400
    body = {'name': '1', 'datastore_name': 'fresh', 'active': True,
            'image_tags': ['trove', 'mariadb'], 'registry_ext': 'x',
            'repl_strategy': 'y'}
    assert code(admin.post(path, {'version': {
        **body, 'datastore_manager': 'cobol'}})) == 400
    names = [one['name'] for one in admin.get(
        '/datastores').json['datastores']]
    assert 'fresh' not in names
    del body['registry_ext'], body['repl_strategy']
    assert admin.post(path, {'version': {
        **body, 'datastore_manager': 'mariadb'}}).status_code == 202


@pytest.mark.parametrize('method,path', [
    ('POST', '/mgmt/instances'), ('PUT', '/mgmt/instances/{}'),
    ('PATCH', '/mgmt/instances/{}'), ('DELETE', '/mgmt/instances/{}'),
    ('POST', '/mgmt/clusters'), ('DELETE', '/mgmt/clusters/{}'),
    ('GET', '/instances/new'), ('GET', '/instances/{}/edit'),
    ('DELETE', '/instances/{}/root/delete'),
    ('DELETE', '/clusters/{}/root/x'), ('POST', '/datastores'),
    ('POST', '/datastores/mariadb/versions'),
    ('POST', '/instances/{}/ssl/rollback')])
def test_row_25_no_route_is_there_by_accident(admin, method, path):
    answer = admin.call(method, path.format(api.NOBODY),
                        json=api.create_body())
    assert code(answer) in (404, 405)


def test_row_26_an_empty_list_of_networks_is_kept_as_such(
        service, member, ready):
    with service.db.writer() as tx:
        [work] = tx.operations.take('tm', 60, 1)
        tx.operations.finish(work.id, work.fence, State.DONE)
    assert member.put(ready, {'instance': {
        'access': {'allowed_cidrs': []}}}).status_code == 202
    # What the taskmanager makes of it: open, as of none at all.
    tools = types.SimpleNamespace(conf=service.conf,
                                  datastores=service.engines)
    assert {rule.cidr for rule in steps.rules(
        tools, 'mariadb', {'allowed_cidrs': []})} == {'0.0.0.0/0'}


def test_row_27_false_is_false():
    for word in ('False', 'false', '0', 'no'):
        assert paging.boolean({'from_guest': word}, 'from_guest') is False
    assert paging.boolean({'from_guest': ''}, 'from_guest') is False
    assert paging.boolean({'from_guest': ''}, 'from_guest', None) is None


def test_row_28_links_keep_scheme_and_prefix(service):
    answer = test.Client(service.app).get(
        '/v1.0/%s/instances?limit=1' % api.PROJECT,
        base_url='https://db.example/database',
        headers={'X-Auth-Token': 'member'})
    assert answer.status_code == 200
    for number in range(2):
        service.caller('member').post('/instances', api.create_body(
            name='db-%d' % number))
    answer = test.Client(service.app).get(
        '/v1.0/%s/instances?limit=1' % api.PROJECT,
        base_url='https://db.example/database',
        headers={'X-Auth-Token': 'member'})
    assert answer.json['links'][0]['href'].startswith(
        'https://db.example/database/v1.0/')


def test_row_29_a_default_is_among_the_versions_shown(
        service, member, admin):
    with service.db.writer() as tx:
        tx.datastores.put_datastore('mariadb', 'old')
    shown = member.get('/datastores/mariadb').json['datastore']
    assert 'default_version' not in shown
    shown = admin.get('/datastores/mariadb').json['datastore']
    assert shown['default_version'] in [
        one['id'] for one in shown['versions']]


def test_row_30_reading_needs_no_server(member):
    made = member.post('/instances', api.create_body()).json['instance']
    for ending in ('', '/backups', '/configuration', '/root'):
        answer = member.get('/instances/%s%s' % (made['id'], ending))
        assert answer.status_code == 200


def test_row_32_the_version_stays_until_the_upgrade_is_done(
        service, member, ready):
    service.end_work()
    before = member.get(ready).json['instance']['datastore']
    promised = len(service.promises())
    wanted = {'bound': 422, 'nothing': 404, 'old': 422}
    for version, status_code in wanted.items():
        answer = member.patch(ready, {'instance': {
            'datastore_version': version}})
        assert answer.status_code == status_code, (version, answer.data)
        assert member.get(ready).json['instance']['datastore'] == before
    assert len(service.promises()) == promised


def test_row_32_an_instance_that_is_busy_is_not_upgraded(service, member):
    made = member.post('/instances', api.create_body()).json['instance']
    assert made['status'] == 'BUILD'
    assert code(member.patch('/instances/' + made['id'], {'instance': {
        'datastore_version': '10.11'}})) == 422


def test_row_33_quotas_change_together_or_not_at_all(admin):
    path = '/mgmt/quotas/' + api.PROJECT
    before = admin.get(path).json
    for quotas in ({'instances': 1, 'unicorns': 2},
                   {'instances': 1, 'ram': -2}, {'instances': 1, 'ram': 'x'}):
        assert code(admin.put(path, {'quotas': quotas})) in (400, 404)
        assert admin.get(path).json == before


def test_row_34_a_name_changes_with_the_rest_or_not_at_all(member, ready):
    assert code(member.put(ready, {'instance': {
        'name': 'new', 'configuration': api.NOBODY}})) == 404
    assert member.get(ready).json['instance']['name'] == 'shop-db'


def test_row_35_a_parent_is_a_backup_of_the_same_instance(
        service, member, ready):
    parent = service.add_backup(instance_id=api.NOBODY)
    assert code(member.post('/backups', {'backup': {
        'name': 'nightly', 'instance': ready.rpartition('/')[2],
        'parent_id': parent}})) == 400


def test_every_row_has_a_test():
    here = {int(found.group(1)) for name in dir(sys.modules[__name__])
            if (found := re.match(r'test_row_(\d+)_', name))}
    root = pathlib.Path(__file__).parents[2]
    for row, (file, name) in ELSEWHERE.items():
        tree = ast.parse((root / file).read_text('utf-8'))
        if any(isinstance(node, ast.FunctionDef) and node.name == name
               for node in ast.walk(tree)):
            here.add(row)
    assert here == set(ROWS)
