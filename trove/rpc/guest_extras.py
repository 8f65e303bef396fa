# SPDX-License-Identifier: Apache-2.0
"""What the control plane asks of a guest about TLS and modules."""


class Extras:
    """A part of `trove.rpc.guest.GuestClient`; since 1.3."""

    def ssl_action(self, instance_id, mode, bundle):
        """Encrypt connections in this way; {restart_required: bool}."""
        return self._call(
            instance_id, 'ssl_action', self._conf.agent_call_high_timeout,
            mode=mode, bundle=bundle)

    def module_list(self, instance_id):
        """What became of each module, by the guest's own files."""
        return self._call(instance_id, 'module_list',
                          self._conf.agent_call_low_timeout)

    def module_apply(self, instance_id, modules):
        """Apply modules in this order; what became of each."""
        return self._call(instance_id, 'module_apply',
                          self._conf.agent_call_high_timeout,
                          modules=modules)

    def module_piece(self, instance_id, module_id, number, text):
        """Bring a part of contents too long for one message; since 1.6.

        Number 0 begins anew.
        """
        self._call(instance_id, 'module_piece',
                   self._conf.agent_call_low_timeout, module_id=module_id,
                   number=number, text=text)

    def module_remove(self, instance_id, module_id):
        """Take a module away."""
        self._call(instance_id, 'module_remove',
                   self._conf.agent_call_high_timeout,
                   module={'id': module_id})
