# SPDX-License-Identifier: Apache-2.0
"""What may be said to a taskmanager over RPC: that it should look."""


class Endpoint:
    """Hands wake-ups to the crew."""

    def __init__(self, crew):
        self._crew = crew

    def wake(self, ctxt, operation_id):
        """An operation may have become ready (called by RPC)."""
        self._crew.wake(operation_id)
