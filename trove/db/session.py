# SPDX-License-Identifier: Apache-2.0
"""Transactions: a reader, a writer, a writer under a lease.

Everything that a caller does between ``with`` and its end is one
transaction. Errors of the database leave as errors of ours: `DatabaseBusy`
(nothing was changed, the same again may work), `DatabaseDown` and
`DatabaseFull` (nothing was changed) and `CommitUnknown` (the connection was
lost while committing).
"""

import contextlib
import functools
import random
import threading

import sqlalchemy as sa
from oslo_db import exception as db_exc
from oslo_log import log

from trove.common import exception
from trove.db import engine as engines
from trove.db import tables
from trove.db import troubles
from trove.db import types
from trove.db.repos import accounts
from trove.db.repos import backups
from trove.db.repos import configurations
from trove.db.repos import datastores
from trove.db.repos import duties
from trove.db.repos import faults
from trove.db.repos import guests
from trove.db.repos import instances
from trove.db.repos import modules
from trove.db.repos import notifications
from trove.db.repos import operations
from trove.db.repos import ownership
from trove.db.repos import purge
from trove.db.repos import quotas
from trove.db.repos import recount
from trove.db.repos import resources
from trove.db.repos import roots
from trove.db.repos import steering
from trove.db.repos import tls
from trove.objects import operation

LOG = log.getLogger(__name__)

TRIES = 5

# Building a statement costs more than running it, and this is the most
# frequent of all.
_MINE = sa.select(tables.Operation.number).where(
    tables.Operation.id == sa.bindparam('mine'),
    tables.Operation.fence == sa.bindparam('my_fence'),
    tables.Operation.state.in_((operation.State.RUNNING,
                                operation.State.REVERTING))
).with_for_update()


class DatabaseDown(exception.Unavailable):
    """The database did not answer; nothing of the transaction happened."""

    template = 'The database is not available; try again later.'


class DatabaseBusy(exception.Unavailable):
    """A deadlock or a lock held too long; nothing happened."""

    template = 'The database is busy; try again.'


class DatabaseFull(exception.Unavailable):
    """There is no room to store anything; nothing happened."""

    template = 'The database has no room left; try again later.'


class CommitUnknown(exception.Unavailable):
    """The connection was lost while committing: it may have happened."""

    template = ('The database was lost while a change was being stored; '
                'look whether it was made before trying again.')


class Transaction:
    """The repositories, all in one transaction."""

    def __init__(self, connection, keyring):
        self.accounts = accounts.Accounts(connection)
        self.backups = backups.Backups(connection)
        self.strategies = backups.Strategies(connection)
        self.configurations = configurations.Configurations(connection)
        self.datastores = datastores.Datastores(connection)
        self.duties = duties.Duties(connection)
        self.faults = faults.Faults(connection)
        self.guests = guests.Guests(connection)
        self.instances = instances.Instances(connection)
        self.notifications = notifications.Notifications(connection)
        self.modules = modules.Modules(connection, keyring)
        self.operations = operations.Operations(connection, keyring)
        self.ownership = ownership.Ownership(connection)
        self.quotas = quotas.Quotas(connection)
        self.resources = resources.Resources(connection)
        self.roots = roots.Roots(connection)
        self.steering = steering.Steering(connection, self.operations)
        self.tls = tls.Tls(connection, keyring)
        self._connection = connection

    def recount(self, project_id):
        """Count a project's usage anew; {resource: (old, new)}."""
        return recount.recount(self._connection, project_id)

    def purge(self, days):
        """Remove what ended more than so many days ago; {table: rows}."""
        return purge.purge(self._connection, days)

    def now(self):
        """The database's clock (UTC, without zone)."""
        return self._connection.execute(sa.select(types.utcnow())).scalar()


class Database:
    """One database, shared by all threads of a process."""

    def __init__(self, url, keyring, **limits):
        self.keyring = keyring
        self.engine, self.readers = engines.create(url, **limits)
        self._writers = self.engine.execution_options(
            **{engines.WRITES: True})
        self._lock_timeout = limits.get('lock_timeout', 15)
        # SQLite lets one write at a time, and who waits asks now and then,
        # so that the unlucky starve: in this process they queue up instead.
        self._turn = (threading.Lock()
                      if self.engine.dialect.name == 'sqlite' else None)

    @contextlib.contextmanager
    def reader(self):
        """One look at the database; each statement sees what is committed
        by then."""
        with self.reading() as connection:
            yield Transaction(connection, self.keyring)

    @contextlib.contextmanager
    def writer(self, lease=None):
        """One transaction, committed at the end unless something raises.

        ``lease`` is (operation id, fence): the transaction first holds
        that this owner is still the newest, and nobody can become it before
        the transaction ends. Raises LeaseLost otherwise.
        """
        with self.connection(lease) as connection:
            yield Transaction(connection, self.keyring)

    @contextlib.contextmanager
    def reading(self):
        """The reader's bare connection, for within this room."""
        with translated(), self.readers.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def connection(self, lease=None):
        """The writer's bare connection, for within this room."""
        with self._my_turn(), translated(), (
                self._writers.connect()) as connection:
            with connection.begin() as transaction:
                if lease is not None:
                    hold(connection, *lease)
                yield connection
                _commit(connection, transaction)

    @contextlib.contextmanager
    def _my_turn(self):
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._lock_timeout):
            raise DatabaseBusy()
        try:
            yield
        finally:
            self._turn.release()

    def ping(self):
        """Raise DatabaseDown unless the database answers."""
        with self.reader() as tx:
            tx.now()

    def now(self):
        """The database's clock (UTC, without zone)."""
        with self.reader() as tx:
            return tx.now()

    def close(self):
        """Close all pooled connections."""
        self.engine.dispose()
        self.readers.dispose()


def from_conf(conf, keyring):
    """The database that [database] names."""
    options = dict(conf.database)
    return Database(options.pop('connection'), keyring, **options)


def retried(function):
    """Run the whole function again when the database undid its work.

    For functions whose only effects are in the database, before their
    commit. A lost commit is not repeated: it may have been kept.
    """
    @functools.wraps(function)
    def run(*args, **kwargs):
        for attempt in range(1, TRIES):
            try:
                return function(*args, **kwargs)
            except (DatabaseBusy, DatabaseDown) as error:
                LOG.info('%s: try %d of %d: %s', function.__qualname__,
                         attempt, TRIES, error.__cause__ or error)
                _pause(attempt)
        return function(*args, **kwargs)
    return run


def hold(connection, operation_id, fence):
    """Lock the operation's row if its newest owner asks, else LeaseLost."""
    if connection.execute(_MINE, {'mine': operation_id, 'my_fence': fence}
                          ).first() is None:
        raise exception.LeaseLost(operation_id=operation_id)


@contextlib.contextmanager
def translated():
    """Errors of the database become ours; see the module's words."""
    try:
        yield
    except (db_exc.DBConnectionError, db_exc.DBNonExistentDatabase,
            sa.exc.TimeoutError) as error:
        raise DatabaseDown() from error
    except db_exc.DBDeadlock as error:
        raise DatabaseBusy() from error
    except (sa.exc.OperationalError, db_exc.DBError) as error:
        if troubles.was_locked(error):
            raise DatabaseBusy() from error
        if troubles.is_full(error):
            LOG.error('the database has no room left: %s', error)
            raise DatabaseFull() from error
        if troubles.was_lost(error):
            raise DatabaseDown() from error
        raise


def _commit(connection, transaction):
    ended = False
    try:
        transaction.commit()
        ended = True
    except db_exc.DBConnectionError as error:
        raise CommitUnknown() from error
    finally:
        if not ended:
            # Who knows what it is in the middle of; nobody may get it next.
            connection.invalidate()


def _pause(attempt):
    jitter = random.uniform(0.5, 1)     # noqa: S311  hides nothing
    threading.Event().wait(jitter * 0.05 * 2 ** attempt)
