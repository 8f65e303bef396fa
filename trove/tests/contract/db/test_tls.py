# SPDX-License-Identifier: Apache-2.0
"""States of TLS: what is to come, what counts, what may be gone back to."""

import datetime

import pytest
import sqlalchemy as sa

from trove.common import crypto
from trove.db import tables
from trove.objects import tls
from trove.tests.fixtures import database

UNTIL = datetime.datetime(2027, 1, 1)
FIRST = tls.State(
    mode=tls.Mode.ENFORCED, source=tls.Source.AUTHORITY,
    bundle=tls.Bundle(certificate='c', private_key='a-private-key',
                      authority='a'))
SECOND = tls.State(mode=tls.Mode.OFF)


@pytest.fixture
def instance_id(db):
    return database.an_instance(db).id


def kept(db, instance_id):
    with db.reader() as tx:
        return tx.tls.get(instance_id)


def put(db, instance_id, state):
    with db.writer() as tx:
        tx.tls.put_pending(instance_id, state)


def keep(db, instance_id, **how):
    with db.writer() as tx:
        tx.tls.keep(instance_id, UNTIL, **how)


def test_an_instance_is_as_its_engine_comes(db, instance_id):
    assert kept(db, instance_id) == tls.Kept(instance_id=instance_id)


def test_what_is_pending_changes_nothing_until_it_is_kept(db, instance_id):
    put(db, instance_id, FIRST)
    assert kept(db, instance_id).current == tls.UNTOUCHED
    assert kept(db, instance_id).pending == FIRST
    for _ in range(2):
        keep(db, instance_id)
    assert kept(db, instance_id) == tls.Kept(
        instance_id=instance_id, current=FIRST, previous=tls.UNTOUCHED)


def test_one_can_go_back_once(db, instance_id):
    for state in (FIRST, SECOND):
        put(db, instance_id, state)
        keep(db, instance_id)
    assert kept(db, instance_id).previous == FIRST
    put(db, instance_id, FIRST)
    keep(db, instance_id, back=True)
    assert kept(db, instance_id) == tls.Kept(
        instance_id=instance_id, current=FIRST)


def test_what_was_dropped_does_not_come(db, instance_id):
    put(db, instance_id, FIRST)
    with db.writer() as tx:
        tx.tls.drop_pending(instance_id)
    keep(db, instance_id)
    assert kept(db, instance_id).current == tls.UNTOUCHED


def test_what_we_issued_is_found(db, instance_id):
    put(db, instance_id, FIRST)
    keep(db, instance_id)
    with db.reader() as tx:
        assert tx.tls.issued() == [(instance_id, UNTIL)]
        assert tx.tls.issued(after=instance_id) == []


def test_keys_are_sealed_each_in_its_place(db, instance_id):
    put(db, instance_id, FIRST)
    row = tables.InstanceTls
    with db.connection() as connection:
        sealed = connection.execute(sa.select(row.pending)).scalar()
        assert 'a-private-key' not in sealed
        connection.execute(sa.update(row).values(current=sealed))
    with pytest.raises(crypto.SealBroken):
        kept(db, instance_id)


def test_what_is_forgotten_is_gone(db, instance_id):
    put(db, instance_id, FIRST)
    with db.writer() as tx:
        tx.tls.forget(instance_id)
    assert kept(db, instance_id) == tls.Kept(instance_id=instance_id)
