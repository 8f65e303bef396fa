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

    def _change_engine(self, instance_id, method, **arguments):
        self._call(instance_id, method, self._conf.agent_call_high_timeout,
                   **arguments)
