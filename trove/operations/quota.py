# SPDX-License-Identifier: Apache-2.0
"""What a project uses and may use."""

import typing

from trove.common import exception
from trove.db import session
from trove.objects import quota
from trove.operations import deps as deps_


class UnknownResource(exception.NotFound):
    """There is no quota for such a thing."""

    template = 'There is no quota for %(resource)s.'


def defaults(conf: typing.Any) -> dict[str, int]:
    """The limits of a project that has none of its own."""
    return {'instances': conf.max_instances_per_tenant,
            'ram': conf.max_ram_per_tenant,
            'volumes': conf.max_volumes_per_tenant,
            'backups': conf.max_backups_per_tenant}


def usages(deps: deps_.Deps, project_id: str) -> list[quota.Usage]:
    """Limit and use of each resource of a project."""
    with deps.db.reader() as tx:
        return tx.quotas.usages(project_id, defaults(deps.conf))


def set_limits(deps: deps_.Deps, project_id: str,
               limits: dict[str, int | None]) -> dict[str, int]:
    """Give a project limits of its own, all or none; None leaves one be."""
    wanted = {name: limit for name, limit in limits.items()
              if name != 'xmlns'}
    for name in wanted:
        if name not in quota.RESOURCES:
            raise UnknownResource(resource=name)
    chosen = {name: int(limit) for name, limit in wanted.items()
              if limit is not None}
    _store(deps, project_id, chosen)
    return chosen


def check(deps: deps_.Deps, project_id: str,
          deltas: dict[str, int]) -> None:
    """Hold that there is room at present; sets nothing aside."""
    over = ['%s (asked for %d, in use %d of %d)' % (
        usage.resource, deltas[usage.resource],
        usage.in_use + usage.reserved, usage.limit)
        for usage in usages(deps, project_id)
        if 0 <= usage.limit < (usage.in_use + usage.reserved
                               + deltas.get(usage.resource, 0))
        and deltas.get(usage.resource, 0) > 0]
    if over:
        raise exception.QuotaExceeded(details=', '.join(over))


@session.retried
def _store(deps: deps_.Deps, project_id: str,
           limits: dict[str, int]) -> None:
    with deps.db.writer() as tx:
        for name, limit in limits.items():
            tx.quotas.set_limit(project_id, name, limit)
