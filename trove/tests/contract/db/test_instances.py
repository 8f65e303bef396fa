# SPDX-License-Identifier: Apache-2.0
"""Instances: one claim wins, facts are kept, pages cost the same."""

import pytest
import sqlalchemy as sa

from trove.common import exception
from trove.db import tables
from trove.db import types
from trove.objects import instance as instances
from trove.objects.operation import State
from trove.objects.status import Service
from trove.objects.status import Task
from trove.tests.fixtures import database


def test_of_many_claims_exactly_one_wins(db):
    instance = database.an_instance(db)

    def claim(number):
        with db.writer() as tx:
            tx.instances.claim(instance.id, Task.RESIZING)
            tx.operations.add('resize', instance.id, database.ctx(), {})
    outcomes = database.at_once(8, claim)
    assert outcomes.count(None) == 1
    assert {type(one) for one in outcomes if one} == {
        exception.InstanceBusy}


def test_of_many_deletes_exactly_one_begins(db):
    instance = database.an_instance(db, task=Task.BUILDING)

    def delete(number):
        with db.writer() as tx:
            return tx.instances.begin_delete(instance.id)
    assert sorted(database.at_once(8, delete)) == [False] * 7 + [True]


def test_what_is_claimed_and_not_committed_is_free_again(db):
    instance = database.an_instance(db)
    with pytest.raises(RuntimeError):
        with db.writer() as tx:
            tx.instances.claim(instance.id, Task.RESIZING)
            raise RuntimeError
    with db.writer() as tx:
        claimed = tx.instances.claim(instance.id, Task.REBOOTING, 'why')
    assert (claimed.task, claimed.task_text) == (Task.REBOOTING, 'why')
    assert claimed.task_started is not None


def test_an_instance_with_unfinished_work_is_not_idle(db):
    instance = database.an_instance(db)
    operation = database.an_operation(db, instance.id)
    with db.writer() as tx:
        with pytest.raises(exception.InstanceBusy):
            tx.instances.claim(instance.id, Task.RESIZING)
        tx.operations.take('a', 60, 1)
        tx.operations.finish(operation.id, 1, State.DONE)
        assert tx.instances.claim(instance.id, Task.RESIZING)


def test_a_claim_may_allow_other_tasks(db):
    instance = database.an_instance(db, task=Task.RESTART_REQUIRED)
    with db.writer() as tx:
        with pytest.raises(exception.InstanceBusy):
            tx.instances.claim(instance.id, Task.REBOOTING)
        assert tx.instances.claim(
            instance.id, Task.REBOOTING,
            allowed=(Task.NONE, Task.RESTART_REQUIRED))


def test_what_was_stored_comes_back(db):
    version = database.a_version(db)
    added = database.an_instance(
        db, datastore_version_id=version.id, name='naïve 数据',
        task=Task.BUILDING, locality='affinity', region='one',
        availability_zone='az1', volume_type='fast',
        access=instances.Access(is_public=True, allowed_cidrs=('::/0',)),
        addresses=(instances.Address(address='10.0.0.1', network_id='n'),))
    with db.writer() as tx:
        tx.faults.put(added.id, 'x' * 300, 'details')
        tx.guests.report(added.id, instances.Report(
            status=Service.HEALTHY, reported_at=None, api_version='1.0',
            volume_used_gb=0.25, details={'uptime_s': 1}), 1, 1)
        tx.guests.put_link(added.id, 'test', 'sealed')
    with db.reader() as tx:
        found = tx.instances.get(added.id)
    for name in ('name', 'access', 'addresses', 'locality', 'region',
                 'availability_zone', 'volume_type', 'created', 'task'):
        assert getattr(found, name) == getattr(added, name), name
    assert (found.datastore_name, found.version_name, found.version_number,
            found.manager) == ('mariadb', '10.11', '10.11', 'mariadb')
    assert found.fault.message == 'x' * 254 + '…'
    assert found.report.status is Service.HEALTHY
    assert found.report.volume_used_gb == 0.25
    assert found.report.details == {'uptime_s': 1}
    assert found.encrypted_link and not added.encrypted_link
    assert not found.backup_runs


def test_facts_are_recorded_by_their_names(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.instances.record(
            instance.id, server_id='s', server_status='ACTIVE',
            addresses=(instances.Address(address='10.0.0.1'),),
            access=instances.Access(is_public=False))
        found = tx.instances.get(instance.id)
        with pytest.raises(TypeError):
            tx.instances.record(instance.id, colour='blue')
        with pytest.raises(exception.InstanceNotFound):
            tx.instances.record('nobody', name='x')
    assert (found.server_id, found.server_status) == ('s', 'ACTIVE')
    assert found.addresses[0].address == '10.0.0.1'
    assert found.access.is_public is False
    assert found.updated > instance.updated


def test_an_instance_of_another_project_does_not_exist(db):
    instance = database.an_instance(db)
    with db.reader() as tx, pytest.raises(exception.InstanceNotFound):
        tx.instances.get(instance.id, project_id='other')


def test_a_deleted_instance_is_seen_only_on_request(db):
    instance = database.an_instance(db, task=Task.DELETING)
    with db.writer() as tx:
        tx.instances.mark_deleted(instance.id)
        assert not tx.instances.begin_delete(instance.id)
        with pytest.raises(exception.InstanceNotFound):
            tx.instances.get(instance.id)
        for seen in (True, None):
            found = tx.instances.get(instance.id, deleted=seen)
            assert found.deleted and found.deleted_at is not None
            assert tx.instances.list(deleted=seen) == [found]
        assert tx.instances.list() == [] and tx.instances.count() == 0


def test_pages_are_cut_by_id_and_miss_nothing(db):
    made = sorted(database.an_instance(db).id for _ in range(7))
    database.an_instance(db, project_id='other')
    seen, marker = [], None
    with db.reader() as tx:
        while True:
            page = tx.instances.list(database.PROJECT, limit=3,
                                     marker=marker)
            if not page:
                break
            seen += [one.id for one in page]
            marker = page[-1].id
    assert seen == made


def test_operators_pages_are_cut_by_the_last_change(db):
    made = [database.an_instance(db).id for _ in range(4)]
    with db.writer() as tx:
        tx.instances.record(made[1], name='touched')
        assert [one.id for one in tx.instances.list(offset=0, limit=2)] == [
            made[1], made[3]]
        assert [one.id for one in tx.instances.list(offset=2, limit=2)] == [
            made[2], made[0]]


def test_lists_are_filtered(db):
    version = database.a_version(db)
    source = database.an_instance(db, name='source',
                                  datastore_version_id=version.id)
    replica = database.an_instance(db, name='replica', replica_of=source.id)
    member = database.an_instance(db, name='member', cluster_id='c')

    def ids(**filters):
        with db.reader() as tx:
            return {one.name for one in tx.instances.list(**filters)}
    assert ids() == {'source', 'replica'}
    assert ids(include_clustered=True) == {'source', 'replica', 'member'}
    assert ids(cluster_id='c') == {member.name}
    assert ids(name='source') == {'source'}
    assert ids(replica_of=source.id) == {replica.name}
    assert ids(datastore='mariadb', version='10.11') == {'source'}
    assert ids(datastore='mysql') == set()
    with db.reader() as tx:
        assert tx.instances.get(source.id).replicas == (replica.id,)


def test_a_page_costs_the_same_however_many_rows_it_has(db):
    version = database.a_version(db)
    source = database.an_instance(db, name='source',
                                  datastore_version_id=version.id)
    for _ in range(12):
        one = database.an_instance(db, datastore_version_id=version.id,
                                   replica_of=source.id)
        with db.writer() as tx:
            tx.faults.put(one.id, 'fault')
    costs = []
    for limit, given in ((1, {'name': 'source'}), (13, {}),
                         (12, {'replica_of': source.id})):
        with database.Statements(db) as statements, db.reader() as tx:
            found = tx.instances.list(limit=limit, **given)
        assert len(found) == limit
        costs.append(len(statements.sent))
    # Replicas are asked for where there are any.
    assert costs == [2, 2, 1]


def test_a_running_backup_shows(db):
    instance = database.an_instance(db, server_status='ACTIVE')
    with db.connection() as connection:
        connection.execute(sa.insert(tables.Backup).values(
            id='b', name='b', tenant_id=database.PROJECT, state='SAVING',
            instance_id=instance.id, deleted=False, created=types.utcnow(),
            updated=types.utcnow()))
    with db.reader() as tx:
        assert tx.instances.get(instance.id).status == 'BACKUP'


def test_server_statuses_are_written_only_where_they_changed(db):
    one = database.an_instance(db, server_id='s1', server_status='ACTIVE')
    two = database.an_instance(db, server_id='s2', server_status='ACTIVE')
    gone = database.an_instance(db, server_id='s3', server_status='ACTIVE')
    with db.writer() as tx:
        assert tx.instances.sync_servers(
            {'s1': 'ACTIVE', 's2': 'SHUTOFF', 'foreign': 'ERROR'}) == 1
        assert [tx.instances.get(each.id).server_status
                for each in (one, two, gone)] == [
                    'ACTIVE', 'SHUTOFF', 'ACTIVE']


def test_servers_that_a_list_does_not_have_are_looked_for(db):
    for number, word in enumerate(('ACTIVE', 'SHUTOFF', None, 'DELETED')):
        database.an_instance(db, server_id='s%d' % number,
                             server_status=word)
    database.an_instance(db)
    with db.reader() as tx:
        assert sorted(tx.instances.servers_but({'s1', 'foreign'}, 9)) == [
            's0', 's2']
        assert len(tx.instances.servers_but(set(), 2)) == 2


def test_faults_are_replaced_and_cleared(db):
    instance = database.an_instance(db)
    with db.writer() as tx:
        tx.faults.put(instance.id, 'first')
        tx.faults.put(instance.id, 'second', 'details')
        fault = tx.instances.get(instance.id).fault
        assert (fault.message, fault.details) == ('second', 'details')
        tx.faults.clear(instance.id)
        assert tx.instances.get(instance.id).fault is None


def test_resources_are_recorded_once_and_forgotten(db):
    with db.writer() as tx:
        for details in ({'a': 1}, {'a': 2}):
            tx.resources.put('i', 'port', 'p1', 'o', details)
        tx.resources.put('i', 'server', 's1')
        tx.resources.put('j', 'port', 'p2')
        assert [one.details for one in tx.resources.of('i', 'port')] == [
            {'a': 2}]
        assert len(tx.resources.of('i')) == 2
        assert {one.external_id for one in tx.resources.all('port')} == {
            'p1', 'p2'}
        tx.resources.forget('i', 'port', 'p1')
        tx.resources.forget('i', 'port', 'p1')
        assert [one.kind for one in tx.resources.of('i')] == ['server']
