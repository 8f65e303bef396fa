# SPDX-License-Identifier: Apache-2.0
"""Backups and backup strategies in real databases."""

import datetime

import pytest

from trove.db import tables
from trove.db.repos import backups as repo
from trove.objects import backup
from trove.tests.fixtures import api

NOW = datetime.datetime(2026, 3, 1)


def add(db, number, **columns):
    """A backup that changed so many minutes after the others."""
    with db.connection() as connection:
        connection.execute(tables.Backup.__table__.insert(), {
            'id': 'backup-%d' % number, 'name': 'nightly', 'size': 1.5,
            'tenant_id': api.PROJECT, 'state': 'COMPLETED', 'created': NOW,
            'updated': NOW + datetime.timedelta(minutes=number),
            'deleted': False, **columns})


def test_the_newest_change_comes_first_and_pages_are_cut_by_offset(db):
    for number in range(3):
        add(db, number)
    add(db, 3, tenant_id=api.OTHER)
    add(db, 4, deleted=True)
    with db.reader() as tx:
        found = tx.backups.list(api.PROJECT, limit=2, offset=1)
        assert [one.id for one in found] == ['backup-1', 'backup-0']
        assert len(tx.backups.list()) == 4
        shown = tx.backups.get('backup-3')
        assert (shown.state, shown.size_gb) == (backup.State.COMPLETED, 1.5)
        for gone in ('backup-3', 'backup-4', 'backup-9'):
            with pytest.raises(repo.BackupNotFound):
                tx.backups.get(gone, api.PROJECT)


def test_a_strategy_replaces_the_one_before(db):
    for container in ('a', 'b'):
        for instance_id in ('', 'one'):
            with db.writer() as tx:
                tx.strategies.put(backup.Strategy(
                    project_id=api.PROJECT, instance_id=instance_id,
                    swift_container=container))
    with db.writer() as tx:
        assert [(one.instance_id, one.swift_container)
                for one in tx.strategies.list(api.PROJECT)] == [
                    ('', 'b'), ('one', 'b')]
        tx.strategies.remove(api.PROJECT, 'one')
        tx.strategies.remove(api.PROJECT, 'one')
        assert len(tx.strategies.list(api.PROJECT)) == 1
        assert tx.strategies.list(api.OTHER) == []
