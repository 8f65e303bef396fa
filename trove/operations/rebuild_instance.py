# SPDX-License-Identifier: Apache-2.0
"""Promise an instance a server made anew from an image; for operators."""

import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import instance
from trove.objects import status
from trove.operations import actions
from trove.operations import deps as deps_
from trove.operations import instances
from trove.operations import rebuilding

VERB = 'rebuild_instance'


class ImageUnknown(exception.BadRequest):
    """There is no such image, or it cannot be used now."""

    template = 'image_id: there is no active image %(image_id)s.'


def rebuild_instance(ctx: context.Context, deps: deps_.Deps,
                     instance_id: str, image_id: str) -> None:
    """Make the server anew on its volume; the engine's version stays.

    The state of server, guest and engine does not matter: this heals.
    """
    before = instances.get(ctx, deps, instance_id)
    actions.check_free(before)
    rebuilding.check_data(before)
    _check_image(deps, image_id)
    asked = rebuilding.arguments(deps, before, image_id,
                                 before.version_number)
    operation_id = str(uuid.uuid4())
    _promise(ctx, deps, before, asked, operation_id)
    deps.taskmanager.wake(operation_id)


@session.retried
def _promise(ctx: context.Context, deps: deps_.Deps,
             before: instance.Instance, asked: actions.Arguments,
             operation_id: str) -> None:
    with deps.db.writer() as tx:
        found = tx.instances.get(before.id)
        actions.check_free(found)
        actions.record(ctx, deps, tx, found, actions.Promise(
            verb=VERB, task=status.Task.BUILDING, arguments={
                **asked, 'overrides': rebuilding.overrides(tx, found)}),
            operation_id)


def _check_image(deps: deps_.Deps, image_id: str) -> None:
    try:
        found = deps.cloud.images.show(image_id)
    except exception.NotFound as error:
        raise ImageUnknown(image_id=image_id) from error
    if found.status != 'active':
        raise ImageUnknown(image_id=image_id)
