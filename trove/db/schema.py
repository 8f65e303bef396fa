# SPDX-License-Identifier: Apache-2.0
"""The schema of a database: where it stands and how it gets to the newest.

Works on a connection that is handed in, so that tests, `trove-manage` and
the services all go the same way.
"""

from alembic import command
from alembic import config
from alembic import script
from alembic.runtime import migration

from trove.common import exception
from trove.db import tables


class UnknownRevision(exception.BadRequest):
    """There is no such revision."""

    template = 'There is no schema revision %(revision)s.'


class SchemaTooOld(exception.ConfigError):
    """The services are newer than the schema."""

    template = ('The schema of the database is at %(have)s, this release '
                'needs %(want)s: run "trove-manage db_sync".')


def head():
    """The newest revision that this release knows."""
    return _scripts().get_current_head()


def revisions():
    """All revisions, oldest first."""
    return [one.revision for one in
            reversed(list(_scripts().walk_revisions()))]


def current(db):
    """The revision of the database, or None before the first."""
    with db.reading() as connection:
        return migration.MigrationContext.configure(
            connection).get_current_revision()


def upgrade(db, revision='head'):
    """Bring the schema to a revision; nothing happens if it is there."""
    if revision != 'head' and revision not in revisions():
        raise UnknownRevision(revision=revision)
    with db.connection() as connection:
        command.upgrade(_config(connection), revision)


def check(db):
    """Raise SchemaTooOld unless the database is at the newest revision."""
    have, want = current(db), head()
    if have != want:
        raise SchemaTooOld(have=have or 'nothing', want=want)


def drop(db):
    """Remove every table of ours, with all that is in them."""
    with db.connection() as connection:
        tables.Base.metadata.drop_all(connection)
        migration.MigrationContext.configure(connection)._version.drop(
            connection, checkfirst=True)


def _config(connection=None):
    made = config.Config()
    made.set_main_option('script_location', 'trove.db:migrations')
    made.attributes['connection'] = connection
    return made


def _scripts():
    return script.ScriptDirectory.from_config(_config())
