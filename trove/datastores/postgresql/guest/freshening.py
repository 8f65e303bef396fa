# SPDX-License-Identifier: Apache-2.0
"""What a cluster needs after it was taken over.

Text is ordered by libraries of the system, which are newer now: indexes on
text are built anew where their order may have changed. Statistics do not go
along.
"""

from trove.datastores.postgresql.guest import connection
from trove.datastores.postgresql.guest import engine as pg_engine

_DATABASES = ('SELECT datname FROM pg_database WHERE datallowconn '
              'ORDER BY datname')
#: "C" and its like order by numbers, whatever the library.
_STABLE = r'^(C|POSIX|C\..*)$'
_INDEXES = (
    'SELECT n.nspname, c.relname FROM pg_index i '
    'JOIN pg_class c ON c.oid = i.indexrelid '
    'JOIN pg_namespace n ON n.oid = c.relnamespace '
    "WHERE c.relkind = 'i' AND n.nspname <> 'pg_catalog' AND EXISTS ("
    'SELECT FROM unnest(i.indcollation::oid[]) AS used '
    'JOIN pg_collation l ON l.oid = used '
    'JOIN pg_database d ON d.datname = current_database() WHERE CASE '
    "l.collprovider WHEN 'i' THEN true "
    "WHEN 'c' THEN l.collcollate !~ %s "
    "WHEN 'd' THEN d.datlocprovider = 'i' OR (d.datlocprovider = 'c' AND "
    'd.datcollate !~ %s) ELSE false END)')
_COLLATIONS = (
    'SELECT n.nspname, l.collname FROM pg_collation l '
    'JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.collversion <> '
    'pg_collation_actual_version(l.oid)')
_EXTENSIONS = (
    'SELECT x.extname FROM pg_extension x JOIN pg_available_extensions a '
    'ON a.name = x.extname WHERE a.default_version <> x.extversion')


def freshen(engine: pg_engine.PgEngine, connector: connection.Connector,
            timeout_s: float) -> None:
    """Do all of it, on an engine that is started for this alone."""
    engine.start_alone()
    try:
        engine.secure()
        with connector.open() as session:
            databases = [row[0] for row in session.run(_DATABASES)]
        for database in databases:
            with connector.open(database, timeout_s) as inside:
                _freshen(inside, database)
    finally:
        engine.stop()


def _freshen(inside: connection.Connection, database: str) -> None:
    for schema, name in inside.run(_INDEXES, _STABLE, _STABLE):
        inside.run(connection.names('REINDEX INDEX {}.{}', schema, name))
    for schema, name in inside.run(_COLLATIONS):
        inside.run(connection.names(
            'ALTER COLLATION {}.{} REFRESH VERSION', schema, name))
    inside.run(connection.names(
        'ALTER DATABASE {} REFRESH COLLATION VERSION', database))
    for (name,) in inside.run(_EXTENSIONS):
        inside.run(connection.names('ALTER EXTENSION {} UPDATE', name))
    # A sample of each table: seconds, however large they are.
    inside.run('ANALYZE')
