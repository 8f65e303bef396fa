# SPDX-License-Identifier: Apache-2.0
"""/mgmt/operations: what was promised, and how far it has come."""

from trove.api import paging
from trove.api.v1.views import operations as views
from trove.common import exception
from trove.db import journal
from trove.objects.operation import State
from trove.operations import steer_operation

MOST_ROWS = 1000


class MgmtOperations:
    """Handlers of /mgmt/operations."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """A page of operations, newest first."""
        query = request.query
        size = (paging.limit(query, MOST_ROWS) if query.get('limit')
                else self._deps.conf.instances_page_size)
        with self._deps.db.reader() as tx:
            rows = tx.operations.list(
                instance_id=query.get('instance_id') or None,
                states=_states(query), limit=size + 1,
                before=_place(tx, query))
        rows, more = paging.cut(rows, size)
        return {'operations': [views.operation(row) for row in rows],
                **paging.links(request.url, query,
                               rows[-1].id if more else None)}

    def show(self, request):
        """One operation and its steps."""
        operation_id = request.path['id']
        with self._deps.db.reader() as tx:
            found = tx.operations.get(operation_id)
        return {'operation': views.show(
            found, journal.steps(self._deps.db, operation_id))}

    def act(self, request):
        """Resume, revert or cancel it."""
        (verb,) = request.body
        steer_operation.steer(self._deps, request.path['id'], verb)


def _states(query):
    word = query.get('state')
    if not word:
        return None
    if word.upper() not in State.__members__:
        raise exception.BadRequest(
            'state: must be one of %s' % ', '.join(State))
    return [State(word.upper())]


def _place(tx, query):
    """The number of the last operation of the page before."""
    marker = query.get('marker')
    if not marker:
        return None
    try:
        return tx.operations.get(marker).number
    except exception.NotFound as error:
        raise exception.BadRequest('marker: %s' % error) from error
