# SPDX-License-Identifier: Apache-2.0
"""Connections: what each database must be told to keep our promises."""

import datetime
import select
import time

import sqlalchemy as sa
from oslo_db.sqlalchemy import exc_filters

#: Marks connections whose transactions will write; SQLite takes its write
#: lock at once for them, since upgrading a read lock can only deadlock.
WRITES = 'trove_writes'

#: A connection for reading that was used less than so many seconds ago is
#: taken as alive while nothing is heard from it: to ask costs as much as to
#: read.
RESTED_S = 1.0


def create(url, **limits):
    """(an engine that writes, one that only reads) for the URL.

    The limits are those of [database], in seconds on every wait. A reader of
    one statement needs one answer of the server instead of four: it begins
    and ends no transaction, since each statement sees what is committed
    anyway (READ COMMITTED), and is refused when it would write.
    """
    limits = {**_LIMITS, **limits}
    url = sa.engine.make_url(url)
    backend = url.get_backend_name()
    if backend == 'sqlite':
        engine = _sqlite(url, limits)
        exc_filters.register_engine(engine)
        return engine, engine
    writing = _server(url, limits, isolation_level='READ COMMITTED',
                      pool_pre_ping=True)
    reading = _server(url, limits, isolation_level='AUTOCOMMIT',
                      skip_autocommit_rollback=True)
    _only_reads(reading, _READ_ONLY[backend])
    _looks_after_rest(reading)

    @sa.event.listens_for(writing, 'handle_error')
    def leave_together(context):
        _leave_who_only_reads(context)
        if context.is_disconnect:
            reading.dispose()

    for engine in (writing, reading):
        exc_filters.register_engine(engine)
    return writing, reading


_LIMITS = {'max_pool_size': 50, 'max_overflow': 10, 'pool_timeout': 30,
           'connection_recycle_time': 3600, 'lock_timeout': 15,
           'idle_transaction_timeout': 30}

#: What makes a session refuse to write.
_READ_ONLY = {'mysql': 'SET SESSION TRANSACTION READ ONLY',
              'postgresql': 'SET default_transaction_read_only = on'}
_READ_ONLY['mariadb'] = _READ_ONLY['mysql']


def _server(url, limits, **more):
    backend = url.get_backend_name()
    engine = sa.create_engine(
        url, pool_size=limits['max_pool_size'],
        max_overflow=limits['max_overflow'],
        pool_timeout=limits['pool_timeout'],
        pool_recycle=limits['connection_recycle_time'],
        connect_args=_arguments(backend, limits['pool_timeout']), **more)
    if engine.driver == 'pymysql':
        _reads_times_fast(engine)
    listen = {'mysql': _on_mysql, 'mariadb': _on_mysql,
              'postgresql': _on_postgresql}[backend]
    listen(engine, limits['lock_timeout'],
           limits['idle_transaction_timeout'])
    return engine


def _only_reads(engine, words):
    @sa.event.listens_for(engine, 'connect')
    def prepare(connection, record):
        cursor = connection.cursor()
        cursor.execute(words)
        cursor.close()
        record.info['used'] = time.monotonic()


def _looks_after_rest(engine):
    """Ask a connection whether it lives when it was not used for a while, or
    when the server has said something by itself: its last words, mostly."""
    dialect = engine.dialect

    @sa.event.listens_for(engine, 'checkin')
    def note(connection, record):
        record.info['used'] = time.monotonic()

    @sa.event.listens_for(engine, 'checkout')
    def look(connection, record, fairy):
        rested_s = time.monotonic() - record.info['used']
        try:
            if rested_s >= RESTED_S or not _is_quiet(connection):
                dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            # The others of its age are tried no more, this one is replaced.
            raise sa.exc.InvalidatePoolError() from error


def _is_quiet(connection):
    """Whether nothing waits to be read from the server; who cannot tell is
    asked."""
    # PyMySQL shows its socket to nobody, psycopg its number to all.
    place = getattr(connection, '_sock', connection)
    number = place.fileno() if hasattr(place, 'fileno') else -1
    if number < 0:
        return False
    look = select.poll()
    look.register(number, select.POLLIN)
    return not look.poll(0)


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


def _arguments(backend, timeout_s):
    """What the driver is told."""
    found = {'connect_timeout': timeout_s}
    if backend != 'postgresql':
        found['charset'] = 'utf8mb4'
    return found


def _reads_times_fast(engine):
    """PyMySQL's own way with times is a regular expression, which was a
    twentieth of the processor time of a list of instances."""
    driver = engine.dialect.loaded_dbapi
    converters = {**driver.converters.conversions,
                  driver.constants.FIELD_TYPE.DATETIME:
                  datetime.datetime.fromisoformat}

    @sa.event.listens_for(engine, 'do_connect')
    def tell(dialect, record, arguments, named):
        named['conv'] = converters


def _sqlite(url, limits):
    memory = url.database in (None, '', ':memory:')
    pool = {'poolclass': sa.pool.StaticPool} if memory else {
        'poolclass': sa.pool.QueuePool,
        'pool_size': limits['max_pool_size'],
        'max_overflow': limits['max_overflow'],
        'pool_timeout': limits['pool_timeout']}
    lock_timeout = limits['lock_timeout']
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
