# SPDX-License-Identifier: Apache-2.0
"""/modules: pieces of setup that instances share."""

from trove.api import paging
from trove.api.v1.schemas import modules as schemas
from trove.api.v1.views import instances as instance_views
from trove.api.v1.views import modules as views
from trove.api.v1.views import viewer as viewers
from trove.operations import datastores
from trove.operations import instance_modules
from trove.operations import modules as operations
from trove.operations import visible


class Modules:
    """Handlers of /modules."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def index(self, request):
        """M1: a page of modules; those of a datastore, or of none."""
        ctx, query = request.ctx, request.query
        size = paging.limit(query, self._deps.conf.modules_page_size)
        wanted = query.get('datastore')
        stores = None
        if wanted:
            stores = (None if wanted == views.ALL else datastores.find(
                self._deps, wanted, ctx.is_admin).id,)
        with self._deps.db.reader() as tx:
            rows = tx.modules.list(
                visible.project_of(ctx), None if ctx.is_admin else True,
                limit=size + 1, marker=query.get('marker') or None,
                stores=stores)
        rows, more = paging.cut(rows, size)
        return {'modules': [views.brief(row) for row in rows],
                **paging.links(request.url, query,
                               rows[-1].id if more else None)}

    def create(self, request):
        """M2: a new module."""
        return views.detail(operations.create(
            request.ctx, self._deps, schemas.asked(request.body)))

    def show(self, request):
        """M3: one module, without its contents."""
        found = self._load(request, 'module:show')
        with self._deps.db.reader() as tx:
            counts = tx.modules.counts(found.id,
                                       visible.project_of(request.ctx))
        return views.detail(found, sum(one.instances for one in counts))

    def update(self, request):
        """M4: change what is named."""
        found = self._load(request, 'module:update')
        return views.detail(operations.change(
            request.ctx, self._deps, found, schemas.asked(request.body)))

    def delete(self, request):
        """M5: end a module."""
        found = self._load(request, 'module:delete')
        operations.delete(request.ctx, self._deps, found)

    def instances(self, request):
        """M6: who has it, or how many have which form of it."""
        found = self._load(request, 'module:instances')
        query, project_id = request.query, visible.project_of(request.ctx)
        clustered = paging.boolean(query, 'include_clustered')
        if paging.boolean(query, 'count_only'):
            with self._deps.db.reader() as tx:
                counts = tx.modules.counts(found.id, project_id, clustered)
            return {'instances': [views.count(found, one)
                                  for one in counts]}
        size = paging.limit(query, self._deps.conf.instances_page_size)
        viewer = viewers.of(request, self._deps.conf)
        with self._deps.db.reader() as tx:
            rows = tx.modules.users(found.id, project_id, clustered,
                                    size + 1, query.get('marker') or None)
            rows, more = paging.cut(rows, size)
            shown = tx.instances.some([row[0] for row in rows])
        return {'instances': [instance_views.basic(one, viewer)
                              for one in shown],
                **paging.links(request.url, query,
                               rows[-1][0] if more else None)}

    def reapply(self, request):
        """M7: bring the newest form to those that have another."""
        found = self._load(request, 'module:reapply')
        asked = request.body['reapply']
        instance_modules.reapply(
            request.ctx, self._deps, found, asked.get('md5'),
            bool(asked.get('include_clustered')), asked.get('batch_size'),
            asked.get('batch_delay'), bool(asked.get('force')))

    def _load(self, request, rule):
        found = operations.get(request.ctx, self._deps, request.path['id'])
        # Of modules of all projects the caller's own is the target.
        self._policy.enforce(
            request.ctx, rule,
            project_id=found.project_id or request.ctx.project_id)
        return found
