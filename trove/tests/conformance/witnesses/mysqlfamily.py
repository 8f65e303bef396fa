# SPDX-License-Identifier: Apache-2.0
"""What clients of MySQL and MariaDB have in common."""

import dataclasses

import pymysql

from trove.tests.conformance.witnesses import base

PATIENCE_S = 5


class SqlSession(base.Session):
    """A connection over TCP that commits each statement."""

    megabyte = 'x' * (1 << 20)

    def __init__(self, connection):
        self._connection = connection

    def run(self, statement, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    def close(self):
        self._connection.close()

    def now(self):
        return float(self.run('SELECT UNIX_TIMESTAMP()')[0][0])

    def write_megabyte(self):
        self.run('CREATE TABLE IF NOT EXISTS blobs (b LONGTEXT)')
        self.run('INSERT INTO blobs VALUES (%s)', self.megabyte)


class SqlWitness(base.Witness):
    """PyMySQL."""

    port = 3306
    refused = (pymysql.MySQLError, OSError)
    collation = ('latin1', 'latin1_german1_ci')

    names = base.Names(
        databases=('plain', 'a b', 'a#b', 'a?b', 'a@b', 'ünï', 'a_b'),
        users=('a.b', 'a@b', '50%', 'a%41s', 'ünï 世x', '--x', 'x.json',
               'a_b'),
        passwords=('pä%s #$w0rd', '世界%(x)s', '-- x', 'a%%b{}&|<>'),
        refused_passwords=("it's", 'a"b', 'a`b', 'a\\b', 'a;b', 'a/b', ''),
        longest_database=64, longest_user=32,
        reserved_databases=('mysql', 'information_schema', 'sys',
                            'performance_schema'),
        reserved_users=('root', 'os_admin'))
    settings = base.Settings(
        dynamic=('max_connections', 41, 43),
        at_start=('innodb_buffer_pool_size', 48 * 1024 ** 2),
        breaking={'innodb_flush_method': 'nosuch'},
        dangerous=(('datadir', '/'), ('plugin_load_add', 'x'),
                   ('init_file', '/x'), ('secure_file_priv', ''),
                   ('skip_grant_tables', 1), ('socket', '/x'),
                   ('max_connections', 0)),
        harsh={'max_join_size': 1, 'max_user_connections': 1,
               'init_connect': "SET @a = 'x#y', @b = '\\\\'"},
        memory='innodb_buffer_pool_size')
    inside = base.Inside(
        process='mysqld', config_file='/etc/mysql/trove.cnf',
        data_folder='/var/lib/mysql/data', system_log='error',
        user_log='general', user_log_path='/var/log/mysql/general*.log')

    def open(self, host, user, password, database=None, **tls):
        return SqlSession(pymysql.connect(
            host=host, port=self.port, user=user,
            # As bytes: the driver would take a text for Latin-1.
            password=password.encode(), database=database, autocommit=True,
            connect_timeout=PATIENCE_S, read_timeout=PATIENCE_S,
            write_timeout=PATIENCE_S, charset='utf8mb4', **tls))

    def plain(self):
        return {'ssl_disabled': True}

    def verified(self, authority, certificate=None):
        own = dict(zip(('ssl_cert', 'ssl_key'), certificate or (),
                       strict=False))
        return {'ssl_ca': authority, 'ssl_verify_cert': True,
                'ssl_verify_identity': True, **own}

    def server_version(self, session):
        return session.run('SELECT VERSION()')[0][0].partition('-')[0]

    def setting(self, session, name):
        return session.run('SELECT @@GLOBAL.' + name)[0][0]

    def collation_of(self, session, database):
        return session.run(
            'SELECT default_character_set_name, default_collation_name '
            'FROM information_schema.schemata WHERE schema_name = %s',
            database)[0]

    def quoted(self, name):
        return '`%s`' % name.replace('`', '``')

    def create_user(self, session, name, password):
        session.run('CREATE USER ' + self.quoted(name)
                    + "@'%%' IDENTIFIED BY %s", password)


class MysqldWitness(SqlWitness):
    """MySQL and Percona Server."""

    settings = dataclasses.replace(
        SqlWitness.settings, dangerous=SqlWitness.settings.dangerous + (
            ('partial_revokes', False), ('mysqlx', True)),
        harsh={**SqlWitness.settings.harsh, 'transaction_read_only': True})
    inside = dataclasses.replace(
        SqlWitness.inside,
        check_config='mysqld --defaults-file=%s --user=mysql '
                     '--secure-file-priv=NULL --validate-config')
