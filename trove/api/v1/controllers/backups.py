# SPDX-License-Identifier: Apache-2.0
"""/backups, /instances/{id}/backups and /backup_strategies."""

from trove.api import paging
from trove.api.v1.controllers import loading
from trove.api.v1.schemas import backups as schemas
from trove.api.v1.views import backups as views
from trove.operations import backups as operations
from trove.operations import datastores
from trove.operations import visible

#: Dashboard and command line ask for large pages.
MOST_ROWS = 1000


class Backups(loading.Loader):
    """Handlers of backups."""

    def index(self, request):
        """B1: a page of the project's backups; of all for operators."""
        query = request.query
        everywhere = paging.boolean(query, 'all_projects')
        project_id = query.get('project_id')
        rule = ('backup:index:all_projects' if everywhere or project_id
                else 'backup:index')
        self._policy.enforce(request.ctx, rule)
        if not project_id and not everywhere:
            project_id = request.ctx.project_id
        store = None
        if query.get('datastore'):
            store = datastores.find(self._deps, query['datastore'], True).id
        return self._page(request, project_id or None, datastore_id=store,
                          instance_id=query.get('instance_id') or None)

    def of_instance(self, request):
        """I14: a page of the backups of an instance."""
        found = self.load(request, 'instance:backups')
        return self._page(request, visible.project_of(request.ctx),
                          instance_id=found.id)

    def create(self, request):
        """B2: take a backup, or know of one that was taken elsewhere."""
        operations.create(request.ctx, self._deps,
                          schemas.wish(request.body))

    def show(self, request):
        """B3: one backup."""
        return {'backup': views.backup(self._backup(request, 'show'))}

    def delete(self, request):
        """B4: delete a backup."""
        operations.delete(self._deps, self._backup(request, 'delete'))

    def _backup(self, request, rule):
        found = operations.get(request.ctx, self._deps, request.path['id'])
        self._policy.enforce(request.ctx, 'backup:' + rule,
                             project_id=found.project_id)
        return found

    def _page(self, request, project_id, **chosen):
        query = request.query
        size = self._deps.conf.backups_page_size
        if query.get('limit'):
            size = paging.limit(query, max(size, MOST_ROWS))
        start = paging.offset(query)
        with self._deps.db.reader() as tx:
            rows = tx.backups.list(project_id, limit=size + 1, offset=start,
                                   **chosen)
        rows, more = paging.cut(rows, size)
        return {'backups': [views.backup(row) for row in rows],
                **paging.links(request.url, query,
                               start + size if more else None)}


class Strategies:
    """Handlers of /backup_strategies."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """BS1: where backups of the project and its instances go."""
        project_id = operations.project_of_strategy(
            request.ctx, request.query.get('project_id'))
        with self._deps.db.reader() as tx:
            found = tx.strategies.list(project_id,
                                       request.query.get('instance_id'))
        return {'backup_strategies': [views.strategy(one) for one in found]}

    def create(self, request):
        """BS2: let backups go there; replaces what was said before."""
        asked = request.body['backup_strategy']
        return {'backup_strategy': views.strategy(operations.put_strategy(
            request.ctx, self._deps, asked.get('instance_id'),
            asked['swift_container']))}

    def delete(self, request):
        """BS3: let backups go to the default place again."""
        project_id, instance_id = _named(request)
        project_id = operations.project_of_strategy(request.ctx, project_id)
        with self._deps.db.writer() as tx:
            tx.strategies.remove(project_id, instance_id)


def _named(request):
    """Project and instance; the dashboard sends both as one text."""
    project_id = request.query.get('project_id') or ''
    instance_id = request.query.get('instance_id') or ''
    own = request.ctx.project_id
    if not instance_id and project_id.startswith(own):
        return own, project_id.removeprefix(own)
    return project_id, instance_id
