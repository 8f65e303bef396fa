# SPDX-License-Identifier: Apache-2.0
"""Paths of backups and of where they are kept."""

from trove.api import paging
from trove.api import routing
from trove.api.v1.answers import backups as answers
from trove.api.v1.controllers import backups
from trove.api.v1.schemas import backups as schemas


def table(deps, policy):
    """These routes; see `routing.Route`."""
    all_ = backups.Backups(deps, policy)
    one, strategies = '/backups/{id}', '/backup_strategies'
    yield _route('GET', '/backups', all_.index, answer=answers.INDEX,
                 query=(*paging.PAGED, 'datastore', 'instance_id',
                        'project_id', 'all_projects'))
    yield _route('POST', '/backups', all_.create, 'backup:create',
                 body=schemas.CREATE, status=202, answer=answers.SHOW)
    yield _route('GET', one, all_.show, answer=answers.SHOW)
    yield _route('DELETE', one, all_.delete, status=202)
    yield _route('GET', '/instances/{id}/backups', all_.of_instance,
                 query=paging.PAGED, answer=answers.INDEX)
    kept = backups.Strategies(deps)
    yield _route('GET', strategies, kept.index, 'backup_strategy:index',
                 query=('instance_id', 'project_id'),
                 answer=answers.STRATEGIES)
    yield _route('POST', strategies, kept.create, 'backup_strategy:create',
                 body=schemas.STRATEGY, status=202, answer=answers.STRATEGY)
    yield _route('DELETE', strategies, kept.delete, 'backup_strategy:delete',
                 query=('instance_id', 'project_id'), status=202)


def _route(method, path, handler, *policy, **more):
    return routing.Route(method=method, path=path, handler=handler,
                         policy=policy, **more)
