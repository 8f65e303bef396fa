# SPDX-License-Identifier: Apache-2.0
"""What bars the way to a newer version, asked of the running older one.

pg_upgrade looks again, with both versions at hand; but by then the server
is another one. What it would find is better known before.
"""

import typing

from trove.common import exception
from trove.datastores.postgresql.guest import connection

_DATABASES = ('SELECT datname FROM pg_database WHERE datallowconn '
              'ORDER BY datname')
#: Databases that the tools of an upgrade cannot look into: closed ones, and
#: what an interrupted DROP DATABASE has left.
_CLOSED = ("SELECT datname FROM pg_database WHERE datname <> 'template0' AND "
           '(NOT datallowconn OR datconnlimit = -2)')
#: Nor can they say these names on a command line.
_UNSPEAKABLE = ('SELECT quote_literal(datname) FROM pg_database '
                "WHERE datname ~ E'[\\n\\r]'")
_PREPARED = 'SELECT gid FROM pg_prepared_xacts'
_SLOTS = ('SELECT slot_name FROM pg_replication_slots WHERE '
          "slot_type = 'logical'")
_COLUMNS = (
    'SELECT n.nspname, c.relname, a.attname, t.typname FROM pg_attribute a '
    'JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = '
    'c.relnamespace JOIN pg_type t ON t.oid = a.atttypid WHERE NOT '
    "a.attisdropped AND c.relkind IN ('r', 'm', 'i', 'p') AND n.nspname NOT "
    "IN ('pg_catalog', 'information_schema', 'pg_toast') AND t.typname = "
    'ANY (%s)')
#: Types whose values name rows of the catalogue that get new numbers.
_NUMBERED = ('regcollation', 'regconfig', 'regdictionary', 'regnamespace',
             'regoper', 'regoperator', 'regproc', 'regprocedure')
#: Extensions that are gone, by the first version without them.
_GONE = {'adminpack': 17}


class Barred(exception.Unprocessable):
    """Something in the data does not go along."""

    template = 'An upgrade to PostgreSQL %(version)s is barred: %(reason)s'


def check(connector: connection.Connector, version: str) -> None:
    """Raise Barred with the first thing in the way."""
    def bar(reason: str) -> typing.NoReturn:
        raise Barred(version=version, reason=reason)

    try:
        wanted = int(version.partition('.')[0])
    except ValueError:
        bar('%s is no version.' % version)
    with connector.open() as engine:
        if wanted <= engine.version:
            bar('the data is of version %d.' % engine.version)
        for (gid,) in engine.run(_PREPARED):
            bar('the prepared transaction %s is neither committed nor rolled '
                'back.' % gid)
        for (slot,) in engine.run(_SLOTS):
            bar('the logical replication slot %s would be lost: drop it.'
                % slot)
        for (name,) in engine.run(_CLOSED):
            bar('the database %s lets nobody in: drop it, or let it take '
                'connections (ALLOW_CONNECTIONS true).' % name)
        for (name,) in engine.run(_UNSPEAKABLE):
            bar('the name of the database %s has a line break: rename it.'
                % name)
        databases = [row[0] for row in engine.run(_DATABASES)]
    for database in databases:
        with connector.open(database) as inside:
            _check_database(inside, database, wanted, bar)


def _check_database(inside: connection.Connection, database: str,
                    wanted: int, bar: typing.Callable[[str], typing.NoReturn]
                    ) -> None:
    types = list(_NUMBERED)
    if inside.version < 16 <= wanted:
        types.append('aclitem')     # another format from 16 on
    for schema, table, column, kind in inside.run(_COLUMNS, types):
        bar('column %s of %s.%s in database %s is of type %s, whose values '
            'cannot go along.' % (column, schema, table, database, kind))
    for (name,) in inside.run('SELECT extname FROM pg_extension'):
        if wanted >= _GONE.get(name, 1000):
            bar('version %d has no extension %s: drop it in database %s.'
                % (wanted, name, database))
