# SPDX-License-Identifier: Apache-2.0
"""The database: sync, upgrade, recreate, purge."""

from trove.common import exception
from trove.db import schema

_REPO = {'option': True, 'metavar': 'PATH',
         'help': 'has no effect: the migrations are those of this release; '
                 'accepted so that older scripts go on working'}


def register(command):
    """Add the commands of this noun."""
    command(db_sync, repo_path=_REPO)
    command(db_upgrade, repo_path=_REPO, version={
        'option': True, 'default': 'head',
        'help': 'the revision to go to (default: the newest)'})
    command(db_recreate, repo_path=_REPO, yes={
        'option': True, 'action': 'store_true',
        'help': 'confirm that everything stored may be lost'})
    command(db_purge, days={
        'option': True, 'type': int, 'default': 30,
        'help': 'keep what ended within so many days (default: 30)'})


def db_sync(desk, asked):
    """Bring the database to the newest schema. Running it again changes
    nothing."""
    _upgrade(desk, 'head')


def db_upgrade(desk, asked):
    """Bring the database to a given revision of the schema."""
    _upgrade(desk, asked.version)


def db_recreate(desk, asked):
    """Remove every table with all that is stored, and make them anew."""
    if not asked.yes:
        raise exception.BadRequest(
            'This removes everything that is stored, and forgets what Trove '
            'owns in the cloud: repeat the command with --yes if that is '
            'meant.')
    schema.drop(desk.raw_db)
    _upgrade(desk, 'head')


def db_purge(desk, asked):
    """Remove deleted instances and ended operations of long ago. A deleted
    instance of which something is still left in the cloud is kept."""
    if asked.days < 0:
        raise exception.BadRequest('--days must not be negative.')
    with desk.db.writer() as tx:
        removed = tx.purge(asked.days)
    for name, count in removed.items():
        desk.say('%s: %d removed' % (name, count))


def _upgrade(desk, revision):
    before = schema.current(desk.raw_db)
    schema.upgrade(desk.raw_db, revision)
    after = schema.current(desk.raw_db)
    if before == after:
        desk.say('The schema is at %s already.' % after)
    else:
        desk.say('The schema went from %s to %s.' % (
            before or 'nothing', after))
