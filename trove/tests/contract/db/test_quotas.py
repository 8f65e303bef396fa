# SPDX-License-Identifier: Apache-2.0
"""Quotas: as many pass as fit, and each thing is counted once."""

import pytest
import sqlalchemy as sa

from trove.common import exception
from trove.db import session
from trove.db import tables
from trove.objects.operation import State
from trove.objects.status import Task
from trove.tests.fixtures import database

PROJECT = database.PROJECT


def reserve(db, operation_id, instance_id='instance-1', limits=None,
            **deltas):
    @session.retried
    def run():
        with db.writer() as tx:
            tx.quotas.reserve(PROJECT, operation_id, instance_id, deltas,
                              limits or database.LIMITS)
    run()


def usage(db, resource='instances'):
    with db.reader() as tx:
        for one in tx.quotas.usages(PROJECT, database.LIMITS):
            if one.resource == resource:
                return one.in_use, one.reserved
    raise AssertionError(resource)


def test_of_parallel_requests_exactly_as_many_pass_as_fit(db):
    def ask(number):
        reserve(db, 'operation-%d' % number, instances=1, volumes=5)
    outcomes = database.at_once(16, ask)
    assert outcomes.count(None) == 8      # 40 GB of volumes
    assert {type(one) for one in outcomes if one} == {
        exception.QuotaExceeded}
    assert usage(db) == (0, 8) and usage(db, 'volumes') == (0, 40)


def test_a_refusal_names_all_that_is_over_and_takes_nothing(db):
    with pytest.raises(exception.QuotaExceeded) as refused:
        reserve(db, 'operation-1', instances=11, volumes=41, ram=1)
    assert 'instances' in str(refused.value)
    assert 'volumes' in str(refused.value)
    assert 'ram' not in str(refused.value)
    assert usage(db) == usage(db, 'ram') == (0, 0)


def test_a_negative_limit_is_none(db):
    reserve(db, 'operation-1', ram=10 ** 9)
    assert usage(db, 'ram') == (0, 10 ** 9)


def test_a_limit_of_nothing_lets_nothing_pass(db):
    with db.writer() as tx:
        tx.quotas.set_limit(PROJECT, 'instances', 0)
    with pytest.raises(exception.QuotaExceeded):
        reserve(db, 'operation-1', instances=1)


def test_a_limit_of_the_projects_own_beats_the_default(db):
    with db.writer() as tx:
        tx.quotas.set_limit(PROJECT, 'instances', 1)
        tx.quotas.set_limit(PROJECT, 'instances', 2)
    reserve(db, 'operation-1', instances=2)
    with pytest.raises(exception.QuotaExceeded):
        reserve(db, 'operation-2', instances=1)
    with db.writer() as tx:
        tx.quotas.set_limit(PROJECT, 'instances', None)
    reserve(db, 'operation-2', instances=1)


def test_a_commit_counts_once_however_often_it_is_asked_for(db):
    reserve(db, 'operation-1', instances=1, volumes=3)

    def commit(number):
        with db.writer() as tx:
            tx.quotas.commit('operation-1')
    assert database.at_once(6, commit) == [None] * 6
    commit(0)
    assert usage(db) == (1, 0) and usage(db, 'volumes') == (3, 0)


def test_a_rollback_counts_once_and_not_after_a_commit(db):
    reserve(db, 'operation-1', instances=1)
    reserve(db, 'operation-2', instances=1)
    with db.writer() as tx:
        tx.quotas.commit('operation-1')
        for _ in range(2):
            tx.quotas.rollback('operation-1')
            tx.quotas.rollback('operation-2')
    assert usage(db) == (1, 0)


def test_an_instance_gives_back_once_all_that_it_took(db):
    reserve(db, 'create', instances=1, volumes=3)
    with db.writer() as tx:
        tx.quotas.commit('create')
    reserve(db, 'resize', volumes=2)
    with db.writer() as tx:
        tx.quotas.commit('resize')
    reserve(db, 'unsettled', ram=5)
    for _ in range(2):
        with db.writer() as tx:
            tx.quotas.release('instance-1')
        assert usage(db) == usage(db, 'volumes') == (0, 0)
        assert usage(db, 'ram') == (0, 0)


def test_what_shrinks_is_free_only_when_it_has_shrunk(db):
    reserve(db, 'create', volumes=40)
    with db.writer() as tx:
        tx.quotas.commit('create')
    reserve(db, 'shrink', volumes=-10)
    assert usage(db, 'volumes') == (40, 0)
    with db.writer() as tx:
        tx.quotas.commit('shrink')
    assert usage(db, 'volumes') == (30, 0)


def _spoil(db, **values):
    with db.connection() as connection:
        connection.execute(sa.update(tables.Usage).values(**values))


def test_a_recount_finds_what_the_project_really_has(db):
    kept = database.an_instance(db, volume_gb=3, ram_mb=100)
    unknown = database.an_instance(db, volume_gb=None, ram_mb=7)
    gone = database.an_instance(db, task=Task.DELETING)
    for one, operation in ((kept, 'o1'), (gone, 'o2')):
        reserve(db, operation, one.id, instances=1, volumes=3, ram=100)
        with db.writer() as tx:
            tx.quotas.commit(operation)
    with db.writer() as tx:
        tx.instances.mark_deleted(gone.id)
    _spoil(db, in_use=99, reserved=99)
    with db.writer() as tx:
        changes = tx.recount(PROJECT)
    assert changes['instances'] == ((99, 99), (2, 0))
    assert usage(db) == (2, 0)
    assert usage(db, 'ram') == (107, 0)
    assert usage(db, 'volumes') == (3, 0)
    with db.writer() as tx:
        again = tx.recount(PROJECT)
        for one in (kept, unknown):
            tx.quotas.release(one.id)
    assert all(old == new for old, new in again.values())
    assert usage(db) == usage(db, 'ram') == usage(db, 'volumes') == (0, 0)


@pytest.mark.parametrize('end, counted', (
    (State.DONE, (1, 0)), (State.UNDONE, (0, 0)), (None, (0, 1))))
def test_a_recount_settles_what_ended_operations_left(db, end, counted):
    operation = database.an_operation(db)
    if end is not State.UNDONE:
        instance = database.an_instance(db, task=Task.BUILDING)
    else:
        instance = database.an_instance(db, project_id='nobody')
    reserve(db, operation.id, instance.id, instances=1)
    with db.writer() as tx:
        tx.operations.take('a', 60, 1)
        if end:
            tx.operations.finish(operation.id, 1, end)
    with db.writer() as tx:
        tx.recount(PROJECT)
    assert usage(db) == counted
