# SPDX-License-Identifier: Apache-2.0
"""Revisions: one line of them, each with words and a number."""

from alembic import script

from trove.db import schema
from trove.tests.fixtures import database


def test_revisions_stand_in_one_line():
    found = script.ScriptDirectory.from_config(schema._config())
    assert len(found.get_heads()) == len(found.get_bases()) == 1
    assert schema.revisions() == sorted(schema.revisions())
    assert schema.head() == schema.revisions()[-1]


def test_a_database_knows_its_revision(tmp_path):
    db = database.sqlite(tmp_path)
    assert schema.current(db) == schema.head()
    schema.check(db)
