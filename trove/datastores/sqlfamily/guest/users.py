# SPDX-License-Identifier: Apache-2.0
"""Users of the tenant and what they may use."""

from trove.common import exception
from trove.datastores import interfaces
from trove.datastores.sqlfamily.guest import hosts
from trove.datastores.sqlfamily.guest import paging
from trove.datastores.sqlfamily.guest import quoting


class UserNotFound(exception.NotFound):
    """No such user."""

    template = 'User %(name)s@%(host)s does not exist.'


class DatabaseNotFound(exception.NotFound):
    """No such database."""

    template = 'Database %(name)s does not exist.'


class UserExists(exception.Conflict):
    """The name and host are taken."""

    template = 'User %(name)s@%(host)s exists already.'


class SqlUsers(interfaces.Users):
    """name@host accounts; ``reserved`` names are not the tenant's."""

    def __init__(self, connector, reserved):
        self._connector = connector
        self._reserved = frozenset(reserved)

    def create(self, spec):
        """Create the user unless it is there; set password and grants."""
        who = self._who(spec.name, spec.host)
        with self._connector.open() as connection:
            if self._exists(connection, who):
                self._set_password(connection, who, spec.password)
            else:
                connection.run('CREATE USER %s@%s IDENTIFIED BY %s', *who,
                               spec.password)
            self._grant(connection, who, spec.databases)

    def delete(self, name, host):
        """Drop the user if it is there."""
        who = self._who(name, host)
        with self._connector.open() as connection:
            connection.run('DROP USER IF EXISTS %s@%s', *who)

    def get(self, name, host):
        """One user with its databases, or None."""
        who = self._who(name, host)
        with self._connector.open() as connection:
            if not self._exists(connection, who):
                return None
            return _shown(who, self._access(connection, who))

    def update(self, name, host, new_name=None, new_host=None,
               password=None):
        """Rename the user, move it to another host, set its password."""
        who = self._who(name, host)
        target = self._who(new_name or name, new_host or host)
        with self._connector.open() as connection:
            self._must_exist(connection, who)
            if target != who:
                if self._exists(connection, target):
                    raise UserExists(name=target[0], host=target[1])
                connection.run('RENAME USER %s@%s TO %s@%s', *who, *target)
            if password is not None:
                self._set_password(connection, target, password)

    def list(self, limit=None, marker=None, include_marker=False):
        """A page of users in the order of name@host."""
        with self._connector.open() as connection:
            rows = connection.run(self._all)
            grants = self._grants(connection)
        found = sorted(
            ('%s@%s' % (user, hosts.from_engine(host)),
             _shown((user, host), grants.get((user, host), [])))
            for user, host in rows if user and user not in self._reserved)
        return paging.page(found, limit, marker, include_marker)

    def grant(self, name, host, databases):
        """All rights in these databases, each of which must exist."""
        who = self._who(name, host)
        with self._connector.open() as connection:
            self._must_exist(connection, who)
            for database in databases:
                if not connection.run(
                        'SELECT 1 FROM information_schema.schemata WHERE '
                        'schema_name = %s', database):
                    raise DatabaseNotFound(name=database)
            self._grant(connection, who, databases)

    def revoke(self, name, host, database):
        """Take all rights in the database away."""
        who = self._who(name, host)
        with self._connector.open() as connection:
            self._must_exist(connection, who)
            if database not in self._access(connection, who):
                raise DatabaseNotFound(name=database)
            connection.run('REVOKE ALL PRIVILEGES ON %s FROM %%s@%%s'
                           % quoting.grant_target(database), *who)

    def access(self, name, host):
        """The databases that the user may use."""
        who = self._who(name, host)
        with self._connector.open() as connection:
            self._must_exist(connection, who)
            return self._access(connection, who)

    #: Every account that may be a tenant's.
    _all = "SELECT user, host FROM mysql.user WHERE host <> 'localhost'"

    def _set_password(self, connection, who, password):
        connection.run('ALTER USER %s@%s IDENTIFIED BY %s', *who, password)

    def _grant(self, connection, who, databases):
        for database in databases:
            connection.run('GRANT ALL PRIVILEGES ON %s TO %%s@%%s'
                           % quoting.grant_target(database), *who)

    def _access(self, connection, who):
        rows = connection.run(
            'SELECT db FROM mysql.db WHERE user = %s AND host = %s ORDER BY '
            'db', *who)
        return [quoting.from_pattern(row[0]) for row in rows]

    def _grants(self, connection):
        found = {}
        for user, host, pattern in connection.run(
                'SELECT user, host, db FROM mysql.db ORDER BY db'):
            found.setdefault((user, host), []).append(
                quoting.from_pattern(pattern))
        return found

    @staticmethod
    def _exists(connection, who):
        return bool(connection.run(
            'SELECT 1 FROM mysql.user WHERE user = %s AND host = %s', *who))

    def _must_exist(self, connection, who):
        if not self._exists(connection, who):
            raise UserNotFound(name=who[0], host=hosts.from_engine(who[1]))

    def _who(self, name, host):
        if name in self._reserved or not name:
            raise exception.Forbidden(
                reason='user %s belongs to the engine.' % name)
        if host in ('localhost', ''):
            raise exception.Forbidden(
                reason='users of host %r belong to the agent.' % host)
        return name, hosts.to_engine(host)


def _shown(who, databases):
    return {'name': who[0], 'host': hosts.from_engine(who[1]),
            'databases': [{'name': name} for name in databases]}
