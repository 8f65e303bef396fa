# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/users and what they may use."""

from trove.api import paging
from trove.api.v1.controllers import loading
from trove.api.v1.schemas import users as schemas
from trove.api.v1.views import databases as database_views
from trove.api.v1.views import users as views
from trove.common import exception
from trove.operations import users as operations

_RULE = loading.EXTENSION + 'user:'
_ACCESS = loading.EXTENSION + 'user_access:'


class Users(loading.Loader):
    """Handlers of the database users of an instance."""

    def index(self, request):
        """U1: a page of users."""
        server = self.load(request, _RULE + 'index')
        size = paging.limit(request.query, self._deps.conf.users_page_size)
        found, marker = operations.listing(
            self._deps, server, size, paging.marker(request.query))
        return {'users': [views.user(one) for one in found],
                **paging.links(request.url, request.query, marker)}

    def create(self, request):
        """U2: make users."""
        server = self.load(request, _RULE + 'create')
        operations.create(self._deps, server, schemas.specs(request.body))

    def create_one(self, request):
        """U2 for a single user, at its own path."""
        server, who = self._load(request, _RULE + 'create')
        wanted = schemas.specs(request.body)
        if wanted[0].name != who.name:
            raise exception.BadRequest(
                'users[0].name: must be the name in the path')
        operations.create(self._deps, server, wanted)

    def change_passwords(self, request):
        """U3: give users new passwords."""
        server = self.load(request, _RULE + 'update_all')
        operations.change_passwords(self._deps, server,
                                    schemas.specs(request.body))

    def show(self, request):
        """U4: one user."""
        server, who = self._load(request, _RULE + 'show')
        return {'user': views.user(operations.get(self._deps, server, who))}

    def update(self, request):
        """U5: change a user."""
        server, who = self._load(request, _RULE + 'update')
        operations.update(self._deps, server, who,
                          schemas.change(request.body))

    def delete(self, request):
        """U6: drop a user."""
        server, who = self._load(request, _RULE + 'delete')
        operations.delete(self._deps, server, who)

    def access(self, request):
        """A1: the databases that a user may use."""
        server, who = self._load(request, _ACCESS + 'index')
        return {'databases': database_views.named(
            operations.access(self._deps, server, who))}

    def grant(self, request):
        """A2: let a user use databases."""
        server, who = self._load(request, _ACCESS + 'update')
        operations.grant(self._deps, server, who,
                         schemas.granted(request.body))

    def revoke(self, request):
        """A3: let a user use a database no more."""
        server, who = self._load(request, _ACCESS + 'delete')
        operations.revoke(self._deps, server, who, request.path['name'])

    def _load(self, request, rule):
        server = self.load(request, rule)
        who = schemas.who(request.path)
        if not who.name:
            raise exception.NotFound('The path names no user.')
        return server, who
