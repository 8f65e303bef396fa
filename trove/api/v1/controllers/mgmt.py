# SPDX-License-Identifier: Apache-2.0
"""/mgmt: what operators see."""

from trove.api import paging
from trove.api.v1.views import mgmt as views
from trove.api.v1.views import root_user as root_views
from trove.api.v1.views import viewer as viewers
from trove.operations import quota

#: Tables of the dashboard and the command line ask for large pages.
MOST_ROWS = 1000


class Mgmt:
    """Handlers of /mgmt."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def instances(self, request):
        """X1: instances of every project, newest update first."""
        query = request.query
        most = max(self._deps.conf.instances_page_size, MOST_ROWS)
        size = (paging.limit(query, most) if query.get('limit')
                else self._deps.conf.instances_page_size)
        start = paging.offset(query)
        with self._deps.db.reader() as tx:
            rows = tx.instances.list(
                project_id=query.get('project_id') or None,
                limit=size + 1, offset=start,
                include_clustered=paging.boolean(query,
                                                 'include_clustered'),
                deleted=paging.boolean(query, 'deleted', absent=None))
        rows, more = paging.cut(rows, size)
        shown = sorted(rows, key=lambda row: row.created, reverse=True)
        viewer = viewers.of(request, self._deps.conf)
        return {'instances': [views.instance(row, viewer) for row in shown],
                **paging.links(request.url, query,
                               start + size if more else None)}

    def instance(self, request):
        """X2: one instance of any project."""
        deleted = paging.boolean(request.query, 'deleted')
        with self._deps.db.reader() as tx:
            found = tx.instances.get(request.path['id'],
                                     deleted=None if deleted else False)
            root = tx.roots.get(found.id)
        return {'instance': {
            **views.show(found, viewers.of(request, self._deps.conf)),
            **root_views.facts(root)}}

    def show_quotas(self, request):
        """X17: limits and use; anyone may ask for the own project."""
        project_id = request.path['project']
        self._policy.enforce(request.ctx, 'quota:show',
                             project_id=project_id)
        return views.quotas(quota.usages(self._deps, project_id))

    def set_quotas(self, request):
        """X18: give a project limits of its own."""
        return {'quotas': quota.set_limits(
            self._deps, request.path['project'], request.body['quotas'])}
