# SPDX-License-Identifier: Apache-2.0
"""/configurations: groups of values that instances share."""

from trove.api import paging
from trove.api.v1.views import configurations as views
from trove.operations import configurations as operations
from trove.operations import visible


class Configurations:
    """Handlers of /configurations."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def index(self, request):
        """G1: a page of groups; an admin sees those of every project."""
        def rows(tx, size, marker):
            return tx.configurations.list(
                visible.project_of(request.ctx), limit=size, marker=marker)

        return self._page(request, 'configurations', rows, views.brief,
                          lambda group: group.id)

    def create(self, request):
        """G2: a new group."""
        asked = request.body['configuration']
        store = asked.get('datastore') or {}
        group = operations.create(
            request.ctx, self._deps, asked['name'], asked['values'],
            asked.get('description'), store.get('type'),
            store.get('version'), store.get('version_number'))
        return {'configuration': views.full(group, 0)}

    def show(self, request):
        """G3: one group with its values."""
        group = self._load(request, 'configuration:show')
        return {'configuration': views.full(group, operations.count_users(
            request.ctx, self._deps, group.id))}

    def instances(self, request):
        """G4: a page of the instances that use a group."""
        group = self._load(request, 'configuration:instances')

        def rows(tx, size, marker):
            return tx.configurations.users(
                group.id, visible.project_of(request.ctx), limit=size,
                marker=marker)

        return self._page(request, 'instances', rows,
                          lambda row: {'id': row[0], 'name': row[1]},
                          lambda row: row[0])

    def edit(self, request):
        """G5: set some values, take away those that are null."""
        group = self._load(request, 'configuration:edit')
        operations.edit(request.ctx, self._deps, group.id,
                        request.body['configuration'].get('values', {}))

    def replace(self, request):
        """G6: replace all values; what is not given stays."""
        group = self._load(request, 'configuration:update')
        asked = request.body['configuration']
        operations.replace(
            request.ctx, self._deps, group.id, asked.get('values'),
            **{name: asked[name] for name in ('name', 'description')
               if name in asked})

    def delete(self, request):
        """G7: remove a group that nothing uses."""
        group = self._load(request, 'configuration:delete')
        operations.delete(request.ctx, self._deps, group.id)

    def _load(self, request, rule):
        group = operations.get(request.ctx, self._deps, request.path['id'])
        self._policy.enforce(request.ctx, rule, project_id=group.project_id)
        return group

    def _page(self, request, name, find, view, marker_of):
        size = paging.limit(request.query,
                            self._deps.conf.configurations_page_size)
        with self._deps.db.reader() as tx:
            rows = find(tx, size + 1, request.query.get('marker') or None)
        rows, more = paging.cut(rows, size)
        return {name: [view(row) for row in rows], **paging.links(
            request.url, request.query,
            marker_of(rows[-1]) if more else None)}
