# SPDX-License-Identifier: Apache-2.0
"""Listing, showing, changing and deleting instances."""

import re
from urllib import parse

import pytest
import sqlalchemy as sa

from trove.objects import operation
from trove.objects import status
from trove.tests.fixtures import api


def create(caller, **changes):
    """The id of a new instance."""
    answer = caller.post('/instances', api.create_body(
        volume={'size': 1}, **changes))
    assert answer.status_code == 200, answer.json
    return answer.json['instance']['id']


class TestShow:
    """GET /instances/{id}."""

    def test_an_active_instance_shows_facts_and_figures(
            self, service, member):
        instance_id = create(member)
        service.become_active(instance_id)
        shown = member.get('/instances/' + instance_id).json['instance']
        assert shown['status'] == 'ACTIVE'
        assert shown['operating_status'] == 'HEALTHY'
        assert shown['ip'] == ['10.1.0.5']
        assert shown['addresses'] == [{
            'address': '10.1.0.5', 'type': 'private',
            'network': api.NETWORK}]
        assert shown['access'] == {'is_public': False}
        assert shown['volume'] == {'size': 1, 'used': 0.25,
                                   'used_percent': 25.0}
        for moment in ('created', 'updated', 'service_status_updated'):
            assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d',
                                shown[moment])
        for absent in ('tenant_id', 'server_id', 'volume_id', 'fault',
                       'replicas', 'replica_of', 'encrypted_rpc_messaging',
                       'password', 'configuration', 'cluster_id'):
            assert absent not in shown

    def test_an_admin_sees_more_of_any_project(self, service, member, admin):
        instance_id = create(member)
        service.become_active(instance_id)
        shown = admin.get('/instances/' + instance_id).json['instance']
        assert shown['tenant_id'] == api.PROJECT
        assert shown['server_id'] == 'server-1'
        assert shown['volume_id'] == 'volume-1'
        assert 'encrypted_rpc_messaging' in shown

    def test_a_fault_shows_its_details_to_admins_only(
            self, service, member, admin):
        instance_id = create(member)
        with service.db.writer() as tx:
            tx.faults.put(instance_id, 'BootServer: no host', 'a trace')
            tx.instances.set_task(instance_id,
                                  status.Task.BUILDING_ERROR_SERVER)
        shown = member.get('/instances/' + instance_id).json['instance']
        assert shown['status'] == 'ERROR'
        assert shown['fault']['message'] == 'BootServer: no host'
        assert shown['fault']['details'] is None
        shown = admin.get('/instances/' + instance_id).json['instance']
        assert shown['fault']['details'] == 'a trace'

    def test_a_silent_guest_counts_as_an_error(self, service, member):
        instance_id = create(member)
        service.become_active(instance_id)
        with service.db.connection() as connection:
            connection.exec_driver_sql(
                'UPDATE service_statuses SET updated_at = '
                '\'2020-01-01 00:00:00\'')
        for path in ('/instances/' + instance_id, '/instances/detail'):
            text = member.get(path).get_data(as_text=True)
            assert '"status": "ACTIVE"' in text
            assert '"operating_status": "ERROR"' in text

    def test_logging_is_a_status_like_any_other(self, service, member):
        instance_id = create(member)
        service.become_active(instance_id)
        with service.db.writer() as tx:
            tx.instances.set_task(instance_id, status.Task.LOGGING)
        for path in ('/instances/' + instance_id, '/instances',
                     '/instances/detail'):
            assert 'LOGGING' in member.get(path).get_data(as_text=True)

    def test_showing_asks_no_service(self, service, member):
        instance_id = create(member)
        for method in ('compute.show', 'compute.flavors', 'network.ports',
                       'volumes.show'):
            service.cloud.faults.fail(method, times=100)
        assert member.get('/instances/' + instance_id).status_code == 200
        assert member.get('/instances').status_code == 200

    @pytest.mark.parametrize('path', [
        api.NOBODY, 'a-name', 'a.b.json', '%00', 'x' * 300])
    def test_what_does_not_exist_is_a_clean_404(self, member, path):
        assert api.error(member.get('/instances/' + path))[0] == 404

    def test_a_foreign_instance_does_not_exist(self, service, member):
        instance_id = create(member)
        foreign = service.caller('foreign')
        for answer in (foreign.get('/instances/' + instance_id),
                       foreign.delete('/instances/' + instance_id),
                       foreign.put('/instances/' + instance_id,
                                   {'instance': {'name': 'mine'}}),
                       foreign.post('/instances/%s/action' % instance_id,
                                    {'restart': {}})):
            assert api.error(answer)[:2] == (404, 'itemNotFound')


class TestList:
    """GET /instances and /instances/detail."""

    def _all_pages(self, caller, path):
        names, url = [], path
        while url:
            page = caller.get(url).json
            names.append([row['name'] for row in page['instances']])
            links = page.get('links', [])
            url = None
            if links:
                link, = links
                assert link['rel'] == 'next'
                query = dict(parse.parse_qsl(
                    parse.urlsplit(link['href']).query))
                # python-troveclient pastes the marker unescaped.
                url = '%s?limit=%s&marker=%s' % (
                    path, query.get('limit', 2), query['marker'])
        return names

    def test_pages_cover_everything_once(self, member):
        for number in range(5):
            create(member, name='db-%d' % number)
        pages = self._all_pages(member, '/instances?'.rstrip('?'))
        assert sorted(sum(pages, [])) == ['db-%d' % n for n in range(5)]
        first = member.get('/instances?limit=2&include_clustered=False')
        assert len(first.json['instances']) == 2
        href = first.json['links'][0]['href']
        assert href.startswith(
            'http://localhost/v1.0/%s/instances?limit=2'
            '&include_clustered=False&marker=' % api.PROJECT)

    def test_the_last_page_has_no_links_even_when_it_is_full(self, member):
        for _ in range(3):
            create(member)
        assert 'links' not in member.get('/instances').json

    def test_the_page_size_is_a_cap(self, member):
        for _ in range(4):
            create(member)
        assert len(member.get('/instances?limit=1000')
                   .json['instances']) == 3

    @pytest.mark.parametrize('query', [
        'limit=abc', 'limit=0', 'limit=-1', 'limit=1.5', 'limit=%D9%A1',
        'include_clustered=perhaps', 'limit=99999999999', 'marker=%00',
        'marker=%FF'])
    def test_nonsense_in_the_query_is_a_bad_request(self, member, query):
        assert api.error(member.get('/instances?' + query))[0] == 400

    def test_rows_are_newest_first_and_have_what_clients_print(
            self, service, member):
        first, second = create(member, name='one'), create(member)
        with service.db.connection() as connection:
            connection.exec_driver_sql(
                'UPDATE instances SET created = \'2020-01-01 00:00:00\' '
                'WHERE id = ?', (first,))
        rows = member.get('/instances').json['instances']
        assert [row['id'] for row in rows] == [second, first]
        assert rows[1]['created'] == '2020-01-01T00:00:00'
        for row in rows:
            assert {'id', 'name', 'status', 'operating_status', 'links',
                    'flavor', 'datastore', 'region', 'access', 'volume',
                    'created', 'updated'} <= set(row)

    def test_only_the_own_project_is_listed_for_admins_too(
            self, service, member, admin):
        create(member)
        assert admin.get('/instances').json == {'instances': []}
        assert service.caller('foreign').get('/instances').json == {
            'instances': []}

    def test_filters(self, service, member):
        one = create(member, name='one')
        create(member, name='two', datastore={'type': 'replicating'})
        service.become_active(one)
        for query in ('name=one', 'status=ACTIVE', 'status=active',
                      'datastore=mariadb'):
            rows = member.get('/instances?' + query).json['instances']
            assert [row['name'] for row in rows] == ['one'], query

    def test_the_number_of_statements_does_not_grow_with_the_page(
            self, make_service):
        service = make_service(instances_page_size=100,
                               max_instances_per_tenant=-1,
                               max_volumes_per_tenant=-1)
        member = service.caller('member')
        counted = []
        sa.event.listen(service.db.engine, 'before_cursor_execute',
                        lambda *args: counted.append(args[2]))
        create(member)
        counts = []
        for _ in range(2):
            del counted[:]
            member.get('/instances/detail')
            counts.append(len(counted))
            for _ in range(9):
                create(member)
        assert counts[0] == counts[1] <= 4


class TestChange:
    """PUT and PATCH /instances/{id}."""

    @pytest.mark.parametrize('method', ['put', 'patch'])
    def test_rename(self, member, method):
        instance_id = create(member)
        answer = getattr(member, method)(
            '/instances/' + instance_id, {'instance': {'name': 'new'}})
        assert (answer.status_code, answer.data) == (202, b'')
        assert member.get('/instances/' + instance_id).json[
            'instance']['name'] == 'new'

    @pytest.mark.parametrize('body,code', [
        (None, 400), ([], 400), ({}, 400), ({'instance': None}, 400),
        ({'instance': {'name': ''}}, 400),
        ({'instance': {'flavorRef': '2'}}, 400),
        ({'instance': {'access': {'who': 1}}}, 400),
        ({'instance': {'access': {'allowed_cidrs': ['nowhere']}}}, 400),
        ({'instance': {'configuration': None, 'replica_of': None}}, 400),
        ({'instance': {'replica_of': None}}, 400),
        ({'instance': {'slave_of': ''}}, 400),
        ({'instance': {'datastore_version': 'unknown'}}, 404),
        ({'instance': {'datastore_version': '11.8'}}, 422),
        ({'instance': {'configuration': api.NOBODY}}, 404),
        ({'instance': {}}, 202), ({'instance': {'configuration': None}},
                                  202)])
    def test_other_changes(self, member, body, code):
        instance_id = create(member, name='old')
        for caller in (member.put, member.patch):
            answer = caller('/instances/' + instance_id, body)
            assert answer.status_code == code, answer.data

    def test_the_name_stays_when_the_other_change_is_refused(self, member):
        instance_id = create(member, name='old')
        answer = member.put('/instances/' + instance_id, {
            'instance': {'name': 'new', 'replica_of': None}})
        assert answer.status_code == 400
        assert member.get('/instances/' + instance_id).json[
            'instance']['name'] == 'old'


class TestDelete:
    """DELETE /instances/{id}."""

    def test_an_instance_that_builds_is_stopped_and_then_deleted(
            self, service, member):
        instance_id = create(member)
        running = service.start_work(instance_id)
        answer = member.delete('/instances/' + instance_id)
        assert (answer.status_code, answer.data) == (202, b'')
        shown = member.get('/instances/' + instance_id).json['instance']
        assert shown['status'] == 'SHUTDOWN'
        assert service.promises() == [('create_instance', instance_id),
                                      ('delete_instance', instance_id)]
        with service.db.reader() as tx:
            assert tx.operations.cancelled(running.id)
            newest = tx.operations.list(instance_id=instance_id)[0]
        assert not newest.cancel
        assert service.waker.woken[-1] == newest.id

    def test_asking_twice_changes_nothing(self, service, member):
        instance_id = create(member)
        for _ in range(3):
            assert member.delete(
                '/instances/' + instance_id).status_code == 202
        assert len(service.promises()) == 2
        # Given back when the delete has ended, not before.
        assert service.used()['instances'] == 1

    def test_a_failed_delete_can_be_asked_for_again(self, service, member):
        instance_id = create(member)
        member.delete('/instances/' + instance_id)
        for verb in ('create_instance', 'delete_instance'):
            taken = service.start_work(instance_id, verb)
            with service.db.writer() as tx:
                tx.operations.finish(taken.id, taken.fence,
                                     operation.State.FAILED, 'x', 'x')
        assert member.delete('/instances/' + instance_id).status_code == 202
        assert [verb for verb, _ in service.promises()].count(
            'delete_instance') == 2

    @pytest.mark.parametrize('task', [
        task for task in status.Task if task is not status.Task.DELETING])
    def test_every_state_can_be_left(self, service, member, task):
        instance_id = create(member)
        with service.db.writer() as tx:
            tx.instances.set_task(instance_id, task)
        assert member.delete('/instances/' + instance_id).status_code == 202

    def test_a_source_of_replicas_stays(self, service, member):
        source, replica = create(member), create(member)
        service.become_active(replica, replica_of=source)
        assert api.error(member.delete('/instances/' + source))[:2] == (
            403, 'forbidden')
        assert len(service.promises()) == 2

    def test_what_is_deleted_is_gone(self, service, member):
        instance_id = create(member)
        with service.db.writer() as tx:
            tx.instances.mark_deleted(instance_id)
        assert api.error(
            member.delete('/instances/' + instance_id))[0] == 404
        assert api.error(member.get('/instances/' + instance_id))[0] == 404

    def test_an_admin_deletes_for_others(self, service, member, admin):
        instance_id = create(member)
        assert admin.delete('/instances/' + instance_id).status_code == 202
        with service.db.reader() as tx:
            newest = tx.operations.list(instance_id=instance_id)[0]
        assert newest.verb == 'delete_instance'


class TestActions:
    """POST /instances/{id}/action."""

    @pytest.mark.parametrize('body', [
        None, [], {}, {'explode': {}}, {'restart': {}, 'resize': {}},
        {'resize': {}}, {'reset_status': None}, {'restart': True},
        {'resize': {'volume': {'size': 2}, 'flavorRef': '2'}}])
    def test_nonsense_is_a_bad_request(self, member, body):
        instance_id = create(member)
        assert api.error(member.post(
            '/instances/%s/action' % instance_id, body))[0] == 400

    def test_reset_status_is_for_admins(self, service, member, admin):
        instance_id = create(member)
        service.become_active(instance_id)
        with service.db.writer() as tx:
            tx.instances.set_task(instance_id, status.Task.REBOOTING)
        path = '/instances/%s/action' % instance_id
        assert api.error(member.post(path, {'reset_status': {}}))[0] == 403
        answer = admin.post(path, {'reset_status': {}})
        assert (answer.status_code, answer.data) == (202, b'')
        shown = member.get('/instances/' + instance_id).json['instance']
        assert (shown['status'], shown['operating_status']) == (
            'ACTIVE', 'ERROR')

    def test_an_owner_may_reset_in_order_to_delete(self, service, member):
        instance_id = create(member)
        path = '/instances/%s/action' % instance_id
        assert member.post(path, {
            'reset_status': {'force_delete': True}}).status_code == 202
        assert member.delete('/instances/' + instance_id).status_code == 202
