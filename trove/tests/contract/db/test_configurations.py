# SPDX-License-Identifier: Apache-2.0
"""Configuration groups and accounts on every database."""

import dataclasses
import datetime
import uuid

import pytest

from trove.db.repos import configurations
from trove.objects import configuration
from trove.objects.status import Task
from trove.tests.fixtures import database

NOW = datetime.datetime(2026, 3, 1, 10)


@pytest.fixture
def version_id(db):
    with db.writer() as tx:
        tx.datastores.put_datastore('tuned')
        return tx.datastores.put_version(
            'tuned', '1', 'mariadb', image_id='i').id


def add(db, version_id, **facts):
    group = configuration.Group(**{
        'id': str(uuid.uuid4()), 'project_id': 'p1', 'name': 'web',
        'version_id': version_id, 'created': NOW, 'updated': NOW, **facts})
    with db.writer() as tx:
        tx.configurations.add(group)
    return group


def test_a_group_comes_back_as_it_was_stored(db, version_id):
    values = {'a': 1, 'b': 'x" \u2603', 'c': True, 'd': 0.5, 'e': 2 ** 64 - 1,
              'f': 'y' * 1024}
    group = add(db, version_id, values=values, description='d')
    with db.reader() as tx:
        found = tx.configurations.get(group.id, 'p1')
    assert found == dataclasses.replace(
        group, datastore_name='tuned', version_name='1', version_number='1')
    assert {type(value) for value in found.values.values()} == {
        int, str, bool, float}


def test_a_group_is_its_projects_own(db, version_id):
    group = add(db, version_id)
    with db.reader() as tx:
        assert tx.configurations.list('p2') == []
        with pytest.raises(configurations.GroupNotFound):
            tx.configurations.get(group.id, 'p2')


def test_groups_are_cut_into_pages_by_id(db, version_id):
    ids = sorted(add(db, version_id).id for _ in range(3))
    with db.reader() as tx:
        page = tx.configurations.list('p1', limit=2)
        rest = tx.configurations.list('p1', marker=page[-1].id)
    assert [one.id for one in (*page, *rest)] == ids


def test_values_are_replaced_as_a_whole_or_left_alone(db, version_id):
    group = add(db, version_id, values={'a': 1, 'b': 2})
    with db.writer() as tx:
        tx.configurations.change(group.id, name='new')
        assert tx.configurations.get(group.id).values == {'a': 1, 'b': 2}
        tx.configurations.change(group.id, values={'b': 3})
        found = tx.configurations.get(group.id, lock=True)
    assert (found.name, found.values) == ('new', {'b': 3})
    assert found.updated > NOW


def test_a_used_group_cannot_be_deleted(db, version_id):
    group = add(db, version_id, values={'a': 1})
    instance = database.an_instance(
        db, project_id='p9', configuration_id=group.id)
    with db.writer() as tx:
        assert not tx.configurations.delete(group.id)
        assert tx.configurations.users(group.id) == [
            (instance.id, instance.name)]
        assert tx.configurations.count_users(group.id) == 1
        assert tx.configurations.count_users(group.id, 'p1') == 0
        tx.instances.mark_deleted(instance.id)
        assert tx.configurations.delete(group.id)
        with pytest.raises(configurations.GroupNotFound):
            tx.configurations.get(group.id)
        with pytest.raises(configurations.GroupNotFound):
            tx.configurations.change(group.id, name='x')


def test_versions_and_tasks_of_those_who_use_a_group(db, version_id):
    group = add(db, version_id)
    with db.reader() as tx:
        assert tx.configurations.versions(group.id) == set()
    made = [database.an_instance(
        db, configuration_id=group.id, datastore_version_id=version_id,
        task=task) for task in (Task.NONE, Task.UPGRADING)]
    with db.reader() as tx:
        assert tx.configurations.versions(group.id) == {version_id}
        assert tx.configurations.user_in(
            group.id, Task.UPGRADING) == made[1].id
        assert tx.configurations.user_in(group.id, Task.DELETING) is None


def test_accounts_are_projects_with_instances(db):
    one = database.an_instance(db, project_id='acc-1')
    gone = database.an_instance(db, project_id='acc-2')
    with db.writer() as tx:
        tx.instances.mark_deleted(gone.id)
        accounts = dict(tx.accounts.list())
        assert accounts['acc-1'] == 1
        assert 'acc-2' not in accounts
        assert tx.accounts.instances('acc-1') == [one.id]
