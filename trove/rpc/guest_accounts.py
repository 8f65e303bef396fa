# SPDX-License-Identifier: Apache-2.0
"""What the control plane may ask of a guest about databases and users.

A change is waited for only as long as `agent_answer_wait`: GuestSilent then
means that the guest has not done it yet, and does it when it comes to it;
GuestUnreached, that it is not known to be in the guest's queue. A question
is waited for as long as `agent_call_low_timeout`.
"""

from trove.common import exception


class Accounts:
    """A part of `trove.rpc.guest.GuestClient`; since 1.1."""

    # --- databases

    def create_database(self, instance_id, databases):
        """Make databases ({name, character_set, collate}) that are not
        there yet."""
        self._change(instance_id, 'create_database', databases=databases)

    def delete_database(self, instance_id, database):
        """Drop a database ({name}), if it is there."""
        self._change(instance_id, 'delete_database', database=database)

    def list_databases(self, instance_id, limit=None, marker=None,
                       include_marker=False):
        """([{name, character_set, collate}], marker of the next page)."""
        return self._page(instance_id, 'list_databases', limit, marker,
                          include_marker,
                          self._conf.agent_call_low_timeout, _is_named)

    # --- users

    def create_user(self, instance_id, users):
        """Make users ({name, password, host, databases})."""
        self._change(instance_id, 'create_user', users=users)

    def delete_user(self, instance_id, user):
        """Drop a user ({name, host}), if it is there."""
        self._change(instance_id, 'delete_user', user=user)

    def get_user(self, instance_id, username, hostname):
        """{name, host, databases: [{name}]}, or None."""
        told = self._ask(instance_id, 'get_user', username=username,
                         hostname=hostname)
        return _held(told, not told or _is_user(told)) or None

    def list_users(self, instance_id, limit=None, marker=None,
                   include_marker=False):
        """([{name, host, databases: [{name}]}], marker of the next page).
        """
        return self._page(instance_id, 'list_users', limit, marker,
                          include_marker,
                          self._conf.agent_call_low_timeout, _is_user)

    def change_passwords(self, instance_id, users):
        """Give users ({name, host, password}) new passwords."""
        self._change(instance_id, 'change_passwords', users=users)

    def update_attributes(self, instance_id, username, hostname, user_attrs):
        """Change name, host and password of a user, each if it is named."""
        self._change(instance_id, 'update_attributes', username=username,
                     hostname=hostname, user_attrs=user_attrs)

    def list_access(self, instance_id, username, hostname):
        """[{name}] of the databases that a user may use."""
        told = self._ask(instance_id, 'list_access', username=username,
                         hostname=hostname)
        return _held(told, _are(_is_named, told))

    def grant_access(self, instance_id, username, hostname, databases):
        """Let a user use databases, by name; returns when it may."""
        self._ask(instance_id, 'grant_access', username=username,
                  hostname=hostname, databases=databases)

    def revoke_access(self, instance_id, username, hostname, database):
        """Let a user use a database no more; returns when it may not."""
        self._ask(instance_id, 'revoke_access', username=username,
                  hostname=hostname, database=database)

    # --- root

    def enable_root_with_password(self, instance_id, root_password):
        """Let the superuser in; returns {name, password}."""
        return self._call(
            instance_id, 'enable_root_with_password',
            self._conf.agent_call_high_timeout,
            root_password=root_password)

    def disable_root(self, instance_id):
        """Let the superuser in no more; returns when it is out."""
        self._ask(instance_id, 'disable_root')

    # --- logs, since 1.3

    def guest_log_list(self, instance_id, account):
        """Every log ({name, type, status, ...}); ``account`` is where
        parts are published to."""
        return self._ask(instance_id, 'guest_log_list', account=account)

    def guest_log_action(self, instance_id, log_name, account, wait_s,
                         enable=False, disable=False, discard=False,
                         publish=False):
        """Do what is wished with a log, in this order; the log then."""
        return self._call(
            instance_id, 'guest_log_action',
            self._conf.agent_call_high_timeout, log_name=log_name,
            account=account, wait_s=wait_s, enable=enable,
            disable=disable, discard=discard, publish=publish)

    # --- the machine

    def get_hwinfo(self, instance_id):
        """{mem_total (KiB), num_cpus} of the server."""
        return self._ask(instance_id, 'get_hwinfo')

    def get_diagnostics(self, instance_id):
        """What the guest agent's process takes up, in KiB."""
        return self._ask(instance_id, 'get_diagnostics')

    # --- how

    def _change(self, instance_id, method, **arguments):
        self._call(instance_id, method, self._conf.agent_answer_wait,
                   **arguments)

    def _ask(self, instance_id, method, **arguments):
        return self._call(instance_id, method,
                          self._conf.agent_call_low_timeout, **arguments)

    def _page(self, instance_id, method, limit, marker, include_marker,
              timeout_s, fits):
        page = self._call(
            instance_id, method, timeout_s, limit=limit, marker=marker,
            include_marker=include_marker)
        return tuple(_held(page, isinstance(page, list) and len(page) == 2
                           and _are(fits, page[0])
                           and isinstance(page[1], str | None)))


def _held(told, fits):
    """What a guest has told, if it fits: guests are not trusted."""
    if not fits:
        raise exception.GuestFailed(
            'The guest answered something else than it was asked.')
    return told


def _are(fits, told):
    return isinstance(told, list) and all(map(fits, told))


def _is_named(told):
    return isinstance(told, dict) and isinstance(told.get('name'), str)


def _is_user(told):
    return (_is_named(told) and isinstance(told.get('host'), str)
            and _are(_is_named, told.get('databases')))
