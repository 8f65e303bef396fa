# SPDX-License-Identifier: Apache-2.0
"""Connections: what each database must be told to keep our promises."""

import sqlalchemy as sa
from oslo_db.sqlalchemy import exc_filters

#: Marks connections whose transactions will write; SQLite takes its write
#: lock at once for them, since upgrading a read lock can only deadlock.
WRITES = 'trove_writes'


def create(url, *, max_pool_size=50, max_overflow=10, pool_timeout=30,
           connection_recycle_time=3600, lock_timeout=15,
           idle_transaction_timeout=30):
    """An engine for the URL, with limits in seconds on every wait."""
    url = sa.engine.make_url(url)
    backend = url.get_backend_name()
    if backend == 'sqlite':
        engine = _sqlite(url, max_pool_size, max_overflow, pool_timeout,
                         lock_timeout)
    else:
        engine = sa.create_engine(
            url, isolation_level='READ COMMITTED', pool_pre_ping=True,
            pool_size=max_pool_size, max_overflow=max_overflow,
            pool_timeout=pool_timeout, pool_recycle=connection_recycle_time,
            connect_args=_limits(backend, pool_timeout))
        listen = {'mysql': _on_mysql, 'mariadb': _on_mysql,
                  'postgresql': _on_postgresql}[backend]
        listen(engine, lock_timeout, idle_transaction_timeout)
        sa.event.listen(engine, 'handle_error', _leave_who_only_reads)
    exc_filters.register_engine(engine)
    return engine


def _leave_who_only_reads(context):
    """A server that takes no writes any more is none of ours.

    After a failover the pool would stay with the old primary, which answers
    each ping. 25006 is PostgreSQL's word, 1836 MySQL's, 1290 that of both
    MySQL and MariaDB for what any option forbids.
    """
    cause = context.original_exception
    code, *words = cause.args or (None,)
    if (getattr(cause, 'sqlstate', None) == '25006' or code == 1836
            or (code == 1290 and 'read-only' in str(words))):
        context.is_disconnect = True


def _limits(backend, timeout_s):
    if backend == 'postgresql':
        return {'connect_timeout': timeout_s}
    return {'connect_timeout': timeout_s, 'charset': 'utf8mb4'}


def _sqlite(url, pool_size, max_overflow, pool_timeout, lock_timeout):
    memory = url.database in (None, '', ':memory:')
    pool = {'poolclass': sa.pool.StaticPool} if memory else {
        'poolclass': sa.pool.QueuePool, 'pool_size': pool_size,
        'max_overflow': max_overflow, 'pool_timeout': pool_timeout}
    engine = sa.create_engine(
        url, connect_args={'check_same_thread': False,
                           'timeout': lock_timeout}, **pool)

    @sa.event.listens_for(engine, 'connect')
    def prepare(connection, record):
        # The driver must not begin transactions by itself: see below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ('journal_mode=WAL', 'foreign_keys=ON',
                       'synchronous=NORMAL',
                       'busy_timeout=%d' % (lock_timeout * 1000)):
            cursor.execute('PRAGMA ' + pragma)
        cursor.close()

    @sa.event.listens_for(engine, 'begin')
    def begin(connection):
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql(
            'BEGIN IMMEDIATE' if writes else 'BEGIN')

    return engine


def _on_mysql(engine, lock_timeout, idle_timeout):
    @sa.event.listens_for(engine, 'connect')
    def prepare(connection, record):
        cursor = connection.cursor()
        cursor.execute('SELECT VERSION()')
        (version,) = cursor.fetchone()
        settings = ["sql_mode = 'TRADITIONAL'", "time_zone = '+00:00'",
                    'innodb_lock_wait_timeout = %d' % lock_timeout]
        if 'MariaDB' in version:     # MySQL has no such variable
            settings.append('idle_transaction_timeout = %d' % idle_timeout)
        cursor.execute('SET SESSION ' + ', SESSION '.join(settings))
        cursor.close()


def _on_postgresql(engine, lock_timeout, idle_timeout):
    @sa.event.listens_for(engine, 'connect')
    def prepare(connection, record):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '%ds'" % lock_timeout)
            cursor.execute("SET idle_in_transaction_session_timeout = '%ds'"
                           % idle_timeout)
        connection.commit()
