# SPDX-License-Identifier: Apache-2.0
"""Promise a guest a new key and broker user; for operators.

The tenant sees nothing of it: the engine runs on, and the instance stays
free for other requests, which follow when this is done.
"""

import typing
import uuid

from trove.common import context
from trove.common import exception
from trove.db import session
from trove.objects import status
from trove.rpc import versions

VERB = 'rotate_guest_link'


class CannotRotate(exception.Unprocessable):
    """The guest is not there, or too old."""

    template = ('The guest of instance %(instance_id)s cannot be given a new '
                'key: %(reason)s.')


@session.retried
def rotate_guest_link(ctx: context.Context, db: typing.Any,
                      instance_id: str) -> str:
    """The id of the operation; one that is under way already is told of."""
    operation_id = str(uuid.uuid4())
    with db.writer() as tx:
        found = tx.instances.get(instance_id)
        if found.task is not status.Task.NONE:
            raise exception.InstanceBusy(instance_id=instance_id,
                                         task=found.task)
        speaks = tx.guests.link(instance_id).api_version
        if speaks is None:
            raise CannotRotate(instance_id=instance_id,
                               reason='it has never reported')
        needs = versions.needed(
            'rotate_link', ('key_id', 'key', 'broker_url'))
        if versions.number(speaks) < versions.number(needs):
            raise CannotRotate(
                instance_id=instance_id,
                reason='it speaks version %s and this needs %s' % (
                    speaks, needs))
        for known in tx.operations.list(instance_id=instance_id):
            if known.verb == VERB and not known.state.is_end:
                return str(known.id)
        tx.operations.add(VERB, instance_id, ctx, {},
                          operation_id=operation_id)
    return operation_id
