# SPDX-License-Identifier: Apache-2.0
"""RPC method -> driver interface.

A method whose interface the driver lacks answers "not supported".
"""

import logging

from trove.common import context
from trove.common import exception
from trove.guestagent import encryption
from trove.guestagent import heartbeat
from trove.guestagent import logs as guest_logs
from trove.guestagent import machine
from trove.guestagent import publishing
from trove.guestagent import starting
from trove.objects import order

LOG = logging.getLogger(__name__)


class UpgradeBarred(exception.Unprocessable):
    """Something bars the way to another version."""

    template = '%(reason)s'


class Endpoint:
    """What the control plane may ask of this server."""

    def __init__(self, driver, preparer, journal, jobs, changed, manager,
                 credentials=None, version='unknown', modules=None,
                 logs=None):
        self._driver = driver
        self._preparer = preparer
        self._journal = journal
        self._jobs = jobs
        self._changed = changed
        self._manager = manager
        self._credentials = credentials
        self._version = version
        self._modules = modules
        self._logs = logs

    # --- life

    def ping(self):
        """Answer."""
        return {'manager': self._manager}

    def prepare(self, order, tls=None, adopt=None):
        """Become what the order says; heartbeats tell how far it is."""
        if self._preparer.accept(_order({
                **order, 'tls': tls, 'adopt': adopt})):
            self._jobs.submit('prepare', self._preparer.carry_on)

    def rotate_link(self, key_id, key, broker_url):
        """Speak with this key and broker user from now on."""
        if self._credentials is None:
            raise exception.NotSupported(
                feature='Changing the key', subject='this agent')
        self._credentials.replace(key_id, key, broker_url)

    def stop_db(self):
        """Stop the engine; it stays down until it is started."""
        self._journal.stopped(True)
        try:
            self._driver.engine.stop()
        finally:
            self._changed()

    def start_db(self):
        """Start the engine again."""
        self._preparer.mount()
        self._journal.stopped(False)
        try:
            with self._preparer.starting:
                starting.start(self._driver)
            self._journal.trouble(None)
            if self._logs:
                self._logs.started()
        except exception.GuestFailed as error:
            # As long as it is down, this is why.
            self._journal.trouble(str(error))
            raise
        finally:
            self._changed()

    def restart(self):
        """Stop and start the engine.

        Nobody wants it to stay down: an agent that is killed in between
        starts it when it is back.
        """
        self._preparer.mount()
        self._journal.stopped(False)
        with self._preparer.starting:
            self._driver.engine.stop()
            self.start_db()

    def start_db_with_conf_changes(self, config):
        """Start the engine with another base configuration."""
        self._driver.engine.stop()
        self._driver.tuning.write_base(config)
        self.start_db()

    def resize_fs(self, size_gb):
        """Let the data's file system fill its volume."""
        self._preparer.grow(size_gb)

    def get_filesystem_stats(self, fs_path=None):
        """Sizes in GB of the file system with the data."""
        found = heartbeat.sizes(fs_path or self._preparer.mount_point())
        return {'total': found['volume_total_gb'],
                'used': found['volume_used_gb'],
                'available': found['volume_avail_gb']}

    def get_hwinfo(self):
        """Memory and processors of the server."""
        return machine.hardware()

    def get_diagnostics(self):
        """What the agent's process takes up."""
        return machine.process(self._version)

    # --- upgrade

    def upgrade_check(self, version):
        """Raise UpgradeBarred unless a version may take the data over."""
        try:
            self._need('upgrades').check(version)
        except exception.Unprocessable as error:
            raise UpgradeBarred(reason=error.message) from error

    def upgrade_leave(self, version):
        """Stop the engine so that a version may take its data over."""
        self._journal.stopped(True)
        try:
            self._need('upgrades').leave(version)
        finally:
            self._changed()

    def upgrade_undo(self):
        """Start the engine on its data as it was before `upgrade_leave`."""
        self._driver.engine.stop()
        self._need('upgrades').undo()
        self.start_db()

    def upgrade_settle(self):
        """Give up what `upgrade_leave` has kept."""
        self._need('upgrades').settle()

    # --- configuration

    def update_overrides(self, overrides):
        """Replace the values of the tenant's configuration group.

        They count from the next start on.
        """
        self._driver.tuning.write_overrides(_values(overrides))

    def apply_overrides(self, overrides):
        """Let the running engine take these values, all or none."""
        return self._driver.tuning.apply(_values(overrides))

    # --- TLS

    def ssl_action(self, mode, bundle=None):
        """Encrypt connections in this way, or not; needs it a restart?"""
        late = self._need('tls').configure(mode, encryption.certificate(
            bundle))
        return {'restart_required': late}

    # --- modules

    def module_list(self):
        """What became of each module, the newest first."""
        return self._modules.list()

    def module_apply(self, modules):
        """Apply modules in this order; what became of each."""
        return self._modules.apply(modules)

    def module_piece(self, module_id, number, text):
        """Keep a part of contents for the module_apply that follows."""
        self._modules.take(module_id, number, text)

    def module_remove(self, module):
        """Take a module away."""
        self._modules.remove(module['id'])

    # --- logs

    def guest_log_list(self, account):
        """Every log, and what of it has been published to an account."""
        return self._logs.list(_place(account))

    def guest_log_action(self, log_name, enable, disable, discard, publish,
                         account, wait_s):
        """Switch, empty and publish a log, in this order; the log then.

        A publication that lasts longer goes on by itself.
        """
        return self._logs.act(
            log_name, guest_logs.Wish(
                enable=bool(enable), disable=bool(disable),
                discard=bool(discard), publish=bool(publish)),
            _place(account), wait_s)

    # --- databases

    def create_database(self, databases):
        """Create databases that are not there yet."""
        kept = self._need('databases')
        for facts in databases:
            kept.create(order.DatabaseSpec(**facts))

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
        kept = self._need('users')
        for facts in users:
            kept.create(_user(facts))

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
        self._need('users').update(
            username, hostname or '%', new_name=user_attrs.get('name'),
            new_host=user_attrs.get('host'),
            password=user_attrs.get('password'))

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


def _order(facts):
    try:
        return order.Prepare.from_dict(facts)
    except (KeyError, TypeError) as error:
        raise exception.BadRequest('The order cannot be read: %s'
                                   % error) from error


def _place(account):
    try:
        return publishing.Place(**account)
    except TypeError as error:
        raise exception.BadRequest('This is no account.') from error


def _values(given):
    if not isinstance(given, dict):
        raise exception.BadRequest('Values come as an object.')
    return given


def _user(facts):
    names = tuple(_name(item) for item in facts.get('databases') or ())
    return order.UserSpec(name=facts['name'], password=facts['password'],
                          host=facts.get('host') or '%', databases=names)


def _name(item):
    return item['name'] if isinstance(item, dict) else item
