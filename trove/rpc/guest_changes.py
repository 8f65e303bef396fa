# SPDX-License-Identifier: Apache-2.0
"""What the control plane asks of a guest whose server or engine changes.

Each returns when the guest has done it.
"""


class Changes:
    """A part of `trove.rpc.guest.GuestClient`."""

    # --- 1.1

    def start_db(self, instance_id):
        """Start the engine, if it does not run; returns when it answers."""
        self._change_engine(instance_id, 'start_db')

    def restart(self, instance_id):
        """Stop and start the engine; returns when it answers."""
        self._change_engine(instance_id, 'restart')

    # --- 1.2

    def start_db_with_conf_changes(self, instance_id, config):
        """Start the engine with this base configuration."""
        self._change_engine(instance_id, 'start_db_with_conf_changes',
                            config=config)

    def resize_fs(self, instance_id, size_gb):
        """Let the data's file system fill a volume of this size."""
        self._change_engine(instance_id, 'resize_fs', size_gb=size_gb)

    # --- 1.4

    def upgrade_check(self, instance_id, version):
        """Whether another version may take the data over; changes
        nothing."""
        self._change_engine(instance_id, 'upgrade_check', version=version)

    def upgrade_leave(self, instance_id, version):
        """Stop the engine so that another version may take the data."""
        self._change_engine(instance_id, 'upgrade_leave', version=version)

    def upgrade_undo(self, instance_id):
        """Start the engine on its data as it was before `leave`."""
        self._change_engine(instance_id, 'upgrade_undo')

    def upgrade_settle(self, instance_id):
        """Give the copy up that `leave` has kept."""
        self._change_engine(instance_id, 'upgrade_settle')

    def _change_engine(self, instance_id, method, **arguments):
        self._call(instance_id, method, self._conf.agent_call_high_timeout,
                   **arguments)
