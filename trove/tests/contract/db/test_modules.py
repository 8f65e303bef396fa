# SPDX-License-Identifier: Apache-2.0
"""Modules and results: sealed, filtered, counted, forgotten."""

import pytest
import sqlalchemy as sa

from trove.common import crypto
from trove.db import tables
from trove.db.repos import modules
from trove.tests.fixtures import added
from trove.tests.fixtures import database


@pytest.fixture
def instance_id(db):
    return database.an_instance(db).id


def listed(db, *args, **kwargs):
    with db.reader() as tx:
        return [one.name for one in tx.modules.list(*args, **kwargs)]


def test_contents_open_in_their_row_alone(db):
    made, other = added.make(db), added.make(db, 'x', name='other')
    with db.reader() as tx:
        assert tx.modules.get(made.id, True).contents == made.contents
        assert tx.modules.get(made.id).contents is None
    row = tables.Module
    with db.connection() as connection:
        sealed = connection.execute(sa.select(row.contents).where(
            row.id == made.id)).scalar()
        connection.execute(sa.update(row).where(row.id == other.id).values(
            contents=sealed))
    with db.reader() as tx, pytest.raises(crypto.SealBroken):
        tx.modules.get(other.id, True)


def test_a_project_sees_its_own_and_everybodys(db):
    for name, project_id, visible in (
            ('own', 'p', True), ('all', None, True), ('hidden', None, False),
            ('foreign', 'q', True)):
        added.make(db, name=name, project_id=project_id, visible=visible)
    assert sorted(listed(db, 'p', True)) == ['all', 'own']
    assert sorted(listed(db)) == ['all', 'foreign', 'hidden', 'own']
    assert len(listed(db, limit=3)) == 3


def test_pages_are_cut_of_those_for_a_datastore(db):
    store = database.a_version(db).datastore_id
    for number in range(3):
        added.make(db, name='for %d' % number, datastore_id=store)
        added.make(db, name='any %d' % number)
    assert {one[:3] for one in listed(db, stores=(store,))} == {'for'}
    assert {one[:3] for one in listed(db, stores=(None,))} == {'any'}
    assert len(listed(db, stores=(store,), limit=2)) == 2
    assert len(listed(db, stores=(store, None), limit=5)) == 5


def test_results_are_kept_once_and_counted_by_form(db, instance_id):
    made = added.make(db)
    for md5 in ('a', 'b'):
        with db.writer() as tx:
            tx.modules.put_result(instance_id, made.id, md5, 'OK', 'hi')
    with db.reader() as tx:
        [one] = tx.modules.of(instance_id)
        assert (one.md5, one.module.name) == ('b', 'greeting')
        assert tx.modules.users(made.id) == [(instance_id, 'b')]
        [count] = tx.modules.counts(made.id)
    assert (count.md5, count.instances) == ('b', 1)
    with db.writer() as tx:
        tx.modules.take_away(instance_id)
    with db.reader() as tx:
        assert tx.modules.of(instance_id) == []


def test_a_deleted_one_leaves_no_contents(db, instance_id):
    made = added.make(db)
    with db.writer() as tx:
        tx.modules.put_result(instance_id, made.id, 'a', 'OK', '')
        assert tx.modules.same(made) == [made.id]
        tx.modules.delete(made.id)
        assert tx.modules.same(made) == []
    with db.reader() as tx:
        assert tx.modules.of(instance_id) == []
        with pytest.raises(modules.ModuleNotFound):
            tx.modules.get(made.id)
    with db.reading() as connection:
        assert connection.execute(sa.select(
            tables.Module.contents)).scalar() is None
