# SPDX-License-Identifier: Apache-2.0
"""POST /mgmt/instances/{id}/action: what operators do with a server."""

from trove.common import exception
from trove.operations import migrate_instance
from trove.operations import reboot_instance
from trove.operations import rebuild_instance
from trove.operations import reset_task
from trove.operations import stop_engine


class UnknownAction(exception.BadRequest):
    """No such action, or not exactly one."""

    template = 'Name exactly one action of: %(known)s.'


class NotBuilt(exception.NotSupported):
    """This action is not offered by this deployment."""

    template = 'The action %(action)s is not supported by this deployment.'


class MgmtActions:
    """The handler of /mgmt/instances/{id}/action."""

    def __init__(self, deps):
        self._deps = deps
        self._known = {
            'stop': self._stop, 'reboot': self._reboot,
            'migrate': self._migrate, 'rebuild': self._rebuild,
            'update': self._update,
            'reset-task-status': self._reset}

    def act(self, request):
        """X3-X7: do the one action that the body names."""
        names = list(request.body)
        if len(names) != 1 or names[0] not in self._known:
            raise UnknownAction(known=', '.join(sorted(self._known)))
        self._known[names[0]](request.ctx, request.path['id'],
                              request.body[names[0]])

    def _stop(self, ctx, instance_id, argument):
        stop_engine.stop_engine(ctx, self._deps, instance_id)

    def _reboot(self, ctx, instance_id, argument):
        reboot_instance.reboot_instance(ctx, self._deps, instance_id)

    def _migrate(self, ctx, instance_id, argument):
        migrate_instance.migrate_instance(ctx, self._deps, instance_id,
                                          argument.get('host'))

    def _reset(self, ctx, instance_id, argument):
        reset_task.reset_task(ctx, self._deps, instance_id)

    def _rebuild(self, ctx, instance_id, argument):
        rebuild_instance.rebuild_instance(ctx, self._deps, instance_id,
                                          argument['image_id'])

    def _update(self, ctx, instance_id, argument):
        with self._deps.db.reader() as tx:
            tx.instances.get(instance_id)
        raise NotBuilt(action='update')
