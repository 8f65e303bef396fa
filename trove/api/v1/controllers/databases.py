# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/databases: list, create, show, delete."""

from trove.api import paging
from trove.api.v1.controllers import loading
from trove.api.v1.schemas import databases as schemas
from trove.api.v1.views import databases as views
from trove.operations import databases as operations

_RULE = loading.EXTENSION + 'database:'


class Databases(loading.Loader):
    """Handlers of the databases of an instance."""

    def index(self, request):
        """D1: a page of databases."""
        server = self.load(request, _RULE + 'index')
        size = paging.limit(request.query,
                            self._deps.conf.databases_page_size)
        found, marker = operations.listing(
            self._deps, server, size, paging.marker(request.query))
        return {'databases': [views.row(one) for one in found],
                **paging.links(request.url, request.query, marker)}

    def create(self, request):
        """D2: make databases."""
        server = self.load(request, _RULE + 'create')
        operations.create(self._deps, server, schemas.specs(request.body))

    def show(self, request):
        """D3: one database."""
        server = self.load(request, _RULE + 'show')
        return {'database': views.show(operations.get(
            self._deps, server, request.path['name']))}

    def delete(self, request):
        """D4: drop a database."""
        server = self.load(request, _RULE + 'delete')
        operations.delete(self._deps, server, request.path['name'])
