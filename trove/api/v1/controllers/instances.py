# SPDX-License-Identifier: Apache-2.0
"""/instances: list, show, create, change, delete."""

from trove.api import paging
from trove.api.v1.schemas import instances as schemas
from trove.api.v1.views import instances as views
from trove.api.v1.views import viewer as viewers
from trove.common import exception
from trove.operations import apply_configuration
from trove.operations import change_tls
from trove.operations import create_instance
from trove.operations import delete_instance
from trove.operations import instances as operations
from trove.operations import replication
from trove.operations import update_access
from trove.operations import upgrade_instance

#: Names of filters in the query and in the repository.
FILTERS = {'name': 'name', 'datastore': 'datastore',
           'datastore_version': 'version', 'replica_of': 'replica_of',
           'cluster_id': 'cluster_id'}


class Instances:
    """Handlers of /instances."""

    def __init__(self, deps, policy):
        self._deps = deps
        self._policy = policy

    def index(self, request):
        """I1: a page of the project's instances."""
        return self._page(request, views.basic)

    def detail(self, request):
        """I2: the same with every field."""
        return self._page(request, views.detail)

    def show(self, request):
        """I4: one instance."""
        found = self._load(request, 'instance:show')
        return {'instance': views.show(
            found, viewers.of(request, self._deps.conf))}

    def create(self, request):
        """I3: promise a new instance."""
        wish = schemas.wish(request.body)
        for given, rule in (
                (wish.configuration_id, 'instance:update'),
                (wish.module_ids, 'instance:module_apply'),
                (wish.users, 'instance:extension:user:create'),
                (wish.databases, 'instance:extension:database:create')):
            if given:
                self._policy.enforce(request.ctx, rule)
        made = create_instance.create_instance(
            request.ctx, self._deps, wish)
        return {'instance': views.created(
            made.instance, viewers.of(request, self._deps.conf),
            made.root_password)}

    def delete(self, request):
        """I7: promise the end of an instance."""
        found = self._load(request, 'instance:delete')
        delete_instance.delete_instance(
            request.ctx, self._deps, request.path['id'])
        change_tls.leave(request.ctx, self._deps, found)

    def put(self, request):
        """I5: change an instance."""
        found = self._load(request, 'instance:update')
        self._change(request, found)

    def patch(self, request):
        """I6: change an instance."""
        found = self._load(request, 'instance:update', 'instance:edit')
        self._change(request, found)

    def _load(self, request, *rules):
        found = operations.get(request.ctx, self._deps, request.path['id'])
        self._policy.enforce(request.ctx, *rules,
                             project_id=found.project_id)
        return found

    def _page(self, request, view):
        query = request.query
        size = paging.limit(query, self._deps.conf.instances_page_size)
        chosen = {column: query[name] for name, column in FILTERS.items()
                  if query.get(name)}
        wanted = query.get('status')
        clustered = paging.boolean(query, 'include_clustered')
        with self._deps.db.reader() as tx:
            rows = tx.instances.list(
                project_id=request.ctx.project_id,
                limit=None if wanted else size + 1,
                marker=query.get('marker') or None,
                include_clustered=clustered or 'cluster_id' in chosen,
                **chosen)
        if wanted:
            # The word is a function of several columns: not for SQL.
            rows = [row for row in rows if row.status == wanted.upper()]
        rows, more = paging.cut(rows, size)
        marker = rows[-1].id if more else None
        return {'instances': _newest_first(rows, view, viewers.of(
            request, self._deps.conf)),
            **paging.links(request.url, query, marker)}

    def _change(self, request, found):
        asked = request.body['instance']
        others = sorted(set(asked) - {'name'})
        if len(others) > 1:
            raise exception.BadRequest(
                'instance: change %s in requests of their own'
                % ' and '.join(others))
        # An empty object detaches the configuration: old clients do so.
        if others or not asked:
            self._check_other(request, found, others, asked)
        if 'name' in asked:
            operations.rename(request.ctx, self._deps, found.id,
                              asked['name'])

    def _check_other(self, request, found, others, asked):
        """Make the one change that is not a new name, or say why not."""
        field = others[0] if others else 'configuration'
        value = asked.get(field)
        rules = {'replica_of': 'instance:detach_replica',
                 'slave_of': 'instance:detach_replica',
                 'datastore_version': 'instance:upgrade',
                 'access': 'instance:update_access'}
        if field in rules:
            self._policy.enforce(request.ctx, rules[field],
                                 project_id=found.project_id)
        if field == 'configuration':
            self._configure(request, found, value)
            return
        if field in ('replica_of', 'slave_of'):
            replication.detach(self._deps, found)
        if field == 'datastore_version':
            upgrade_instance.upgrade_instance(request.ctx, self._deps,
                                              found.id, value)
            return
        update_access.update_access(request.ctx, self._deps, found.id,
                                    schemas.access(value))

    def _configure(self, request, found, group_id):
        if group_id is None:
            apply_configuration.detach(request.ctx, self._deps, found)
        else:
            apply_configuration.attach(request.ctx, self._deps, found,
                                       group_id)


def _newest_first(rows, view, viewer):
    return [view(row, viewer) for row in sorted(
        rows, key=lambda row: row.created, reverse=True)]
