# SPDX-License-Identifier: Apache-2.0
"""RPC method -> driver interface, for databases, users and root."""

from trove.common import context
from trove.common import exception
from trove.guestagent import naming
from trove.objects import order


class Accounts:
    """A part of `trove.guestagent.endpoint.Endpoint`."""

    def __init__(self, driver, manager):
        self._driver = driver
        self._manager = manager

    # --- databases

    def create_database(self, databases):
        """Create databases that are not there yet."""
        naming.create_databases(
            self._need('databases'),
            [order.DatabaseSpec(**facts) for facts in databases])

    def delete_database(self, database):
        """Drop a database."""
        self._need('databases').delete(_name(database))

    def list_databases(self, limit=None, marker=None, include_marker=False):
        """A page of databases and the next marker."""
        found, following = self._need('databases').list(
            limit, marker, include_marker)
        return [found, following]

    # --- users

    def create_user(self, users):
        """Create users that are not there yet."""
        naming.create_users(self._need('users'),
                            [_user(facts) for facts in users])

    def delete_user(self, user):
        """Drop a user."""
        self._need('users').delete(user['name'], user.get('host') or '%')

    def get_user(self, username, hostname=None):
        """One user, or nothing."""
        return self._need('users').get(username, hostname or '%')

    def list_users(self, limit=None, marker=None, include_marker=False):
        """A page of users and the next marker."""
        found, following = self._need('users').list(
            limit, marker, include_marker)
        return [found, following]

    def change_passwords(self, users):
        """Set passwords."""
        kept = self._need('users')
        for facts in users:
            kept.update(facts['name'], facts.get('host') or '%',
                        password=facts['password'])

    def update_attributes(self, username, hostname, user_attrs):
        """Rename a user, move it to another host, set its password."""
        naming.update_user(self._need('users'), username, hostname or '%',
                           user_attrs)

    def list_access(self, username, hostname=None):
        """The databases that a user may use."""
        names = self._need('users').access(username, hostname or '%')
        return [{'name': name} for name in names]

    def grant_access(self, username, hostname, databases):
        """Let a user use databases."""
        self._need('users').grant(username, hostname or '%',
                                  [_name(item) for item in databases])

    def revoke_access(self, username, hostname, database):
        """Let a user use a database no more."""
        self._need('users').revoke(username, hostname or '%',
                                   _name(database))

    # --- root

    def enable_root(self):
        """Let root in with a new password, which is the answer."""
        return self.enable_root_with_password(context.new_password())

    def enable_root_with_password(self, root_password=None):
        """Let root in with this password."""
        password = root_password or context.new_password()
        self._need('root').enable(password)
        return {'name': 'root', 'password': password}

    def disable_root(self):
        """Let root in no more."""
        self._need('root').disable()

    def is_root_enabled(self):
        """Whether root can come in from outside."""
        return self._need('root').is_enabled()

    def _need(self, name):
        interface = getattr(self._driver, name)
        if interface is None:
            raise exception.NotSupported(feature=name.capitalize(),
                                         subject=self._manager)
        return interface


def _user(facts):
    names = tuple(_name(item) for item in facts.get('databases') or ())
    return order.UserSpec(name=facts['name'], password=facts['password'],
                          host=facts.get('host') or '%', databases=names)


def _name(item):
    return item['name'] if isinstance(item, dict) else item
