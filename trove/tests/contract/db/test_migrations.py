# SPDX-License-Identifier: Apache-2.0
"""Migrations: from nothing and from each earlier schema to the models."""

import datetime

import pytest
import sqlalchemy as sa
from alembic import autogenerate
from alembic.runtime import migration

from trove.db import schema
from trove.db import session
from trove.db import tables
from trove.tests.fixtures import database

#: Every revision is upgraded from, with rows in it, by itself.
REVISIONS = schema.revisions()


@pytest.fixture
def fresh(new_database, engine):
    db = session.Database(new_database(engine), database.keyring())
    yield db
    db.close()


def differences(db):
    with db.reading() as connection:
        return autogenerate.compare_metadata(
            migration.MigrationContext.configure(
                connection, opts={'compare_type': True}),
            tables.Base.metadata)


def test_migrations_from_nothing_make_what_the_models_say(fresh):
    schema.upgrade(fresh)
    assert schema.current(fresh) == schema.head()
    assert differences(fresh) == []


def test_an_upgrade_of_the_newest_schema_changes_nothing(fresh):
    schema.upgrade(fresh)
    with fresh.writer() as tx:
        tx.datastores.put_datastore('kept')
    schema.upgrade(fresh)
    with fresh.reader() as tx:
        assert tx.datastores.find('kept')


@pytest.mark.parametrize('revision', REVISIONS)
def test_rows_of_an_earlier_schema_survive_the_upgrade(fresh, revision):
    schema.upgrade(fresh, revision)
    before = fill(fresh)
    schema.upgrade(fresh)
    assert differences(fresh) == []
    with fresh.reading() as connection:
        after = {name: connection.execute(
            sa.text('SELECT COUNT(*) FROM ' + name)).scalar()
            for name in before}
    assert after == before


def test_a_schema_that_is_behind_is_refused(fresh):
    with pytest.raises(schema.SchemaTooOld, match='db_sync'):
        schema.check(fresh)
    schema.upgrade(fresh)
    schema.check(fresh)


def test_an_unknown_revision_is_refused(fresh):
    with pytest.raises(schema.UnknownRevision):
        schema.upgrade(fresh, 'none such')


def test_dropping_leaves_nothing(fresh):
    schema.upgrade(fresh)
    schema.drop(fresh)
    assert schema.current(fresh) is None
    with fresh.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []
    schema.upgrade(fresh)


def fill(db):
    """Put a row into each table as that schema has it; {table: rows}.

    Parents come first, and every column that must have a value gets one,
    so that a later migration meets rows it has to carry over.
    """
    with db.connection() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        filled = {}
        for table in found.sorted_tables:
            if table.name == 'alembic_version':
                continue
            connection.execute(table.insert(), {
                column.name: value(column) for column in table.columns
                if not column.nullable or column.foreign_keys})
            filled[table.name] = 1
        return filled


def value(column):
    """Something that fits; all ids are the same, so references hold."""
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return datetime.datetime(2026, 1, 1)
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, (sa.Integer, sa.Numeric)):
        return 1
    return '1'
