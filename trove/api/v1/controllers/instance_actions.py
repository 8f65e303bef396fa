# SPDX-License-Identifier: Apache-2.0
"""POST /instances/{id}/action: name of the action to operation."""

from trove.api.v1.schemas import common
from trove.common import exception
from trove.operations import instances as operations
from trove.operations import replication
from trove.operations import resize_flavor
from trove.operations import resize_volume
from trove.operations import restart_instance


class UnknownAction(exception.BadRequest):
    """No such action, or not exactly one."""

    template = 'Name exactly one action of: %(known)s.'


class InstanceActions:
    """The handler of /instances/{id}/action."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy
        self._known = {
            'restart': ('instance:restart', self._restart),
            'resize': (None, self._resize),
            'promote_to_replica_source': (
                'instance:promote_to_replica_source', self._promote),
            'eject_replica_source': ('instance:eject_replica_source',
                                     self._eject),
            'reset_status': (None, self._reset_status),
        }

    def act(self, request):
        """I8-I13: do the one action that the body names."""
        names = list(request.body)
        if len(names) != 1 or names[0] not in self._known:
            raise UnknownAction(known=', '.join(sorted(self._known)))
        name, argument = names[0], request.body[names[0]]
        if not isinstance(argument, dict):
            raise exception.BadRequest('%s: must be of type object' % name)
        found = operations.get(request.ctx, self._deps, request.path['id'])
        rule, handler = self._known[name]
        if rule:
            self._enforce(request, found, rule)
        handler(request, found, name, argument)

    def _enforce(self, request, found, rule):
        self._policy.enforce(request.ctx, rule,
                             project_id=found.project_id)

    def _promote(self, request, found, name, argument):
        replication.promote(self._deps, found)

    def _eject(self, request, found, name, argument):
        replication.eject(self._deps, found)

    def _restart(self, request, found, name, argument):
        restart_instance.restart_instance(request.ctx, self._deps, found.id)

    def _resize(self, request, found, name, argument):
        kinds = {'volume', 'flavorRef'} & set(argument)
        if len(kinds) != 1:
            raise exception.BadRequest(
                'resize: name either volume or flavorRef')
        if 'volume' in kinds:
            self._enforce(request, found, 'instance:resize_volume')
            resize_volume.resize_volume(request.ctx, self._deps, found.id,
                                        int(argument['volume']['size']))
        else:
            self._enforce(request, found, 'instance:resize_flavor')
            resize_flavor.resize_flavor(
                request.ctx, self._deps, found.id,
                common.last_segment(argument['flavorRef']))

    def _reset_status(self, request, found, name, argument):
        # Owners may be let reset an instance in order to delete it.
        self._enforce(request, found, 'instance:force_delete'
                      if 'force_delete' in argument
                      else 'instance:reset_status')
        operations.reset_status(request.ctx, self._deps, found.id)
