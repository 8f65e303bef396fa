# SPDX-License-Identifier: Apache-2.0
"""RPC method -> driver interface.

A method whose interface the driver lacks answers "not supported".
"""

import logging

from trove.common import exception
from trove.guestagent import accounts
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


class Endpoint(accounts.Accounts):
    """What the control plane may ask of this server."""

    def __init__(self, driver, preparer, journal, jobs, changed, manager,
                 credentials=None, version='unknown', modules=None,
                 logs=None):
        super().__init__(driver, manager)
        self._preparer = preparer
        self._journal = journal
        self._jobs = jobs
        self._changed = changed
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
