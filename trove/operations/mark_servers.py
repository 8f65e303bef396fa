# SPDX-License-Identifier: Apache-2.0
"""Tag the servers of instances that were made before tags were.

The status of servers is asked for by tag, and so are orphans: a server
without it is seen by neither.
"""

import collections.abc
import typing

from trove.cloud import ports
from trove.common import exception

_Outcome = tuple[str, str, str | None]


def mark_servers(db: typing.Any, compute: ports.Compute,
                 every: bool = False) -> collections.abc.Iterator[_Outcome]:
    """Tag each server that lacks the tag, or every one; can be repeated.

    Yields instance id, server id, and what hindered or None.
    """
    tagged = set() if every else set(compute.statuses())
    with db.reader() as tx:
        found = tx.instances.list(include_clustered=True)
    for one in found:
        if one.server_id is None or one.server_id in tagged:
            continue
        tags = ('trove_' + one.manager,) if one.manager else ()
        try:
            compute.mark(one.server_id, one.id, tags)
        except (exception.NotFound, ports.CloudRefused) as error:
            yield one.id, one.server_id, str(error)
        else:
            yield one.id, one.server_id, None
