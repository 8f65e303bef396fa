# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/configuration: what an engine runs with by default."""

from trove.operations import instance_defaults
from trove.operations import instances as operations


class InstanceConfiguration:
    """Handler of /instances/{id}/configuration."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def show(self, request):
        """I15: the template's values, without those of a group."""
        found = operations.get(request.ctx, self._deps, request.path['id'])
        self._policy.enforce(request.ctx, 'instance:configuration',
                             project_id=found.project_id)
        return {'instance': {'configuration': instance_defaults.rendered(
            self._deps, found)}}
