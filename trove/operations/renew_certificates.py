# SPDX-License-Identifier: Apache-2.0
"""Promise newer certificates to instances whose own end soon."""

import logging
import typing

from trove.common import context
from trove.common import exception
from trove.objects import tls
from trove.operations import certificates
from trove.operations import change_tls

LOG = logging.getLogger(__name__)

_PAGE = 100


def renew(rooms: typing.Any) -> list[str]:
    """Promise what is due; ids of the operations.

    ``rooms`` has database and options. An instance that is busy, or down,
    gets its turn at a later look: there are days left.
    """
    promised: list[str] = []
    after: str | None = None
    while True:
        with rooms.db.reader() as tx:
            found = tx.tls.issued(after=after, limit=_PAGE)
        for instance_id, _ in found:
            operation_id = _renew(rooms, instance_id)
            if operation_id:
                promised.append(operation_id)
        if len(found) < _PAGE:
            return promised
        after = found[-1][0]


def _renew(rooms: typing.Any, instance_id: str) -> str | None:
    try:
        with rooms.db.reader() as tx:
            server = tx.instances.get(instance_id)
            current = tx.tls.get(instance_id).current
        if current.bundle is None or not certificates.Authority(
                rooms.conf).is_stale(server, current.bundle,
                                     rooms.db.now()):
            return None
        LOG.info('instance %s gets a newer certificate', instance_id)
        return change_tls.promise(
            context.Context(project_id=server.project_id, is_admin=True),
            rooms, instance_id, tls.State(
                mode=current.mode, source=tls.Source.AUTHORITY),
            renewal=True)
    except (exception.Unprocessable, exception.NotFound) as error:
        LOG.info('instance %s keeps its certificate for now: %s',
                 instance_id, error)
        return None
