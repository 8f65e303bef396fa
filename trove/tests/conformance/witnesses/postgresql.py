# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL, seen by psycopg."""

import psycopg
from psycopg import sql

from trove.tests.conformance.witnesses import base

PATIENCE_S = 5
#: Where a user connects who names no database.
HOME = 'postgres'

#: pg_upgrade finds nothing in the way, begins, and is killed when it has
#: taken over the first things; the servers that it started live on.
KILLED = """#!/bin/sh
case " $* " in *" --check "*) exec "$0.real" "$@" ;; esac
"$0.real" "$@" &
until ls data/pg_upgrade_output.d/*/dump/*.custom; do
    kill -0 $! || exit 1
done
kill -9 $! $$
"""
#: The volume fills up between its look and its work.
FULL = """#!/bin/sh
case " $* " in *" --check "*) exec "$0.real" "$@" ;; esac
dd if=/dev/zero of=ballast bs=1M
exec "$0.real" "$@"
"""
#: All is taken over; then the server does not start where it counts.
MUTE = """#!/bin/sh
case " $* " in *" --config-file=/etc/postgresql/"*)
    echo "FATAL:  broken on purpose" >&2
    exit 1 ;;
esac
exec "$0.real" "$@"
"""
PROGRAMS = 'usr/lib/postgresql/{version}/bin/'


class PgSession(base.Session):
    """A connection over TCP that commits each statement."""

    megabyte = 'x' * (1 << 20)

    def __init__(self, connection):
        self._connection = connection

    def run(self, statement, *values):
        cursor = self._connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []

    def close(self):
        self._connection.close()

    def now(self):
        return float(self.run('SELECT extract(epoch FROM now())')[0][0])

    def write_megabyte(self):
        self.run('CREATE TABLE IF NOT EXISTS blobs (b TEXT)')
        # As it is: a megabyte of one letter takes no room otherwise.
        self.run('ALTER TABLE blobs ALTER b SET STORAGE EXTERNAL')
        self.run('INSERT INTO blobs VALUES (%s)', self.megabyte)


class Witness(base.Witness):
    """PostgreSQL 15 and newer."""

    datastore = 'postgresql'
    hosts = False
    port = 5432
    refused = (psycopg.Error, OSError)
    collation = ('UTF8', 'de-x-icu')
    names = base.Names(
        databases=('a b@c?d#', 'ünï 世', "a'b", '50% a\\b', 'CamelCase',
                   '"; DROP DATABASE shop; --'),
        users=('a.b', 'a@b', '50%', 'a%41s', 'ünï 世x', '--x', 'x.json',
               'a_b', "o'x", 'a"b', 'c\\d', 'CamelCase'),
        passwords=('pä%s #$w0rd', '世界%(x)s', '-- x', 'a%%b{}&|<>', "it's",
                   'a"b', 'a`b', 'a\\b', 'a;b', 'a/b'),
        refused_passwords=('', 'a\nb'),
        longest_database=63, longest_user=63,
        reserved_databases=('postgres', 'template0', 'template1',
                            'os_admin'),
        reserved_users=('root', 'os_admin', 'postgres'))
    settings = base.Settings(
        dynamic=('work_mem', 5001, 5003),
        at_start=('max_connections', 47),
        breaking={'max_locks_per_transaction': 2147483647},
        dangerous=(('data_directory', '/'), ('archive_command', 'id'),
                   ('shared_preload_libraries', 'x'), ('hba_file', '/x'),
                   ('session_preload_libraries', 'x'), ('port', 5433),
                   ('dynamic_library_path', '/tmp'),
                   ('ssl_passphrase_command', 'id'), ('fsync', False),
                   ('password_encryption', 'md5'), ('max_connections', 0),
                   ('transaction_timeout', 1)),
        harsh={'idle_session_timeout': 1, 'statement_timeout': 1,
               'idle_in_transaction_session_timeout': 1,
               'exit_on_error': True, 'search_path': 'evil'},
        memory='shared_buffers')
    inside = base.Inside(
        process='postgres', config_file='/etc/postgresql/postgresql.conf',
        data_folder='/var/lib/postgresql/data', system_log='error',
        user_log='general',
        user_log_path='/var/log/postgresql/postgresql-general.log')

    spoilers = {
        'killed': base.Spoiler(program=PROGRAMS + 'pg_upgrade',
                               script=KILLED),
        'full': base.Spoiler(program=PROGRAMS + 'pg_upgrade', script=FULL),
        'mute': base.Spoiler(program=PROGRAMS + 'postgres', script=MUTE)}

    def open(self, host, user, password, database=None, **tls):
        return PgSession(psycopg.connect(
            host=host, port=self.port, user=user, password=password,
            dbname=database or HOME, autocommit=True,
            connect_timeout=PATIENCE_S, tcp_user_timeout=PATIENCE_S * 1000,
            prepare_threshold=None, **tls))

    def plain(self):
        return {'sslmode': 'disable'}

    def verified(self, authority, certificate=None):
        own = dict(zip(('sslcert', 'sslkey'), certificate or (), strict=False))
        return {'sslmode': 'verify-full', 'sslrootcert': authority, **own}

    def server_version(self, session):
        return session.run('SHOW server_version')[0][0].partition(' ')[0]

    def setting(self, session, name):
        [(text, kind)] = session.run(
            'SELECT reset_val, vartype FROM pg_settings '
            'WHERE lower(name) = %s',
            name)
        numbers = {'integer': int, 'real': float,
                   'bool': lambda word: word == 'on'}
        return numbers.get(kind, str)(text)

    def collation_of(self, session, database):
        [(encoding, collate, locale)] = session.run(
            'SELECT pg_encoding_to_char(d.encoding), d.datcollate, '
            "coalesce(to_jsonb(d)->>'datlocale', "
            "to_jsonb(d)->>'daticulocale') "
            'FROM pg_database d WHERE d.datname = %s', database)
        return encoding, f'{locale}-x-icu' if locale else collate

    def quoted(self, name):
        return '"%s"' % name.replace('"', '""')

    def create_user(self, session, name, password):
        session.run(sql.SQL('CREATE ROLE {} LOGIN PASSWORD {}').format(
            sql.Identifier(name), sql.Literal(password)))
