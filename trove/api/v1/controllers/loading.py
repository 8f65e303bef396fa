# SPDX-License-Identifier: Apache-2.0
"""The instance that a path below /instances/{id} is about."""

from trove.operations import instances as operations

EXTENSION = 'instance:extension:'


class Loader:
    """Loads the instance of a request and enforces rules on it."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def load(self, request, *rules):
        """The instance, if the caller may see it and all rules hold."""
        found = operations.get(request.ctx, self._deps, request.path['id'])
        self._policy.enforce(request.ctx, *rules,
                             project_id=found.project_id)
        return found
