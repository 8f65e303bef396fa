# SPDX-License-Identifier: Apache-2.0
"""The history of root: who enabled it, and whether it is enabled still."""

import pytest

from trove.tests.fixtures import database


@pytest.fixture
def instance_id(db):
    return database.an_instance(db).id


def history(db, instance_id):
    with db.reader() as tx:
        return tx.roots.get(instance_id)


def test_what_never_was_is_none(db, instance_id):
    assert history(db, instance_id) is None


def test_the_newest_enabling_is_kept(db, instance_id):
    for user in ('ann', 'ben'):
        with db.writer() as tx:
            tx.roots.enable(instance_id, user)
    found = history(db, instance_id)
    assert (found.user_id, found.is_enabled) == ('ben', True)
    assert abs((db.now() - found.enabled_at).total_seconds()) < 60


def test_the_history_outlives_a_disabling_which_counts_once(db,
                                                            instance_id):
    with db.writer() as tx:
        assert not tx.roots.disable(instance_id)
        tx.roots.enable(instance_id, 'ann')
        assert tx.roots.disable(instance_id)
        assert not tx.roots.disable(instance_id)
    found = history(db, instance_id)
    assert (found.user_id, found.is_enabled) == ('ann', False)
    with db.writer() as tx:
        tx.roots.enable(instance_id, 'ben')
    assert history(db, instance_id).is_enabled


def test_a_failed_enabling_can_be_taken_back(db, instance_id):
    with db.writer() as tx:
        tx.roots.enable(instance_id, 'ann')
        tx.roots.restore(instance_id, None)
    assert history(db, instance_id) is None
    with db.writer() as tx:
        tx.roots.enable(instance_id, 'ann')
        tx.roots.disable(instance_id)
    before = history(db, instance_id)
    with db.writer() as tx:
        tx.roots.enable(instance_id, 'ben')
        tx.roots.restore(instance_id, before)
    assert history(db, instance_id) == before


def test_the_history_goes_with_its_instance(db, instance_id):
    with db.writer() as tx:
        tx.roots.enable(instance_id, 'ann')
    with db.connection() as connection:
        connection.exec_driver_sql(
            "DELETE FROM instances WHERE id = '%s'" % instance_id)
    assert history(db, instance_id) is None
