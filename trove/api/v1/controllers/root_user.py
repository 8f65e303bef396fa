# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/root: show, enable, disable."""

from trove.api.v1.controllers import loading
from trove.api.v1.views import root_user as views
from trove.operations import root_user as operations

_RULE = loading.EXTENSION + 'root:'


class RootUser(loading.Loader):
    """Handlers of the superuser of an instance."""

    def show(self, request):
        """R1: whether root is enabled, by its history."""
        server = self.load(request, _RULE + 'index')
        return {'rootEnabled': operations.is_enabled(self._deps, server)}

    def enable(self, request):
        """R2: enable root, or give it a new password."""
        server = self.load(request, _RULE + 'create')
        return views.enabled(*operations.enable(
            request.ctx, self._deps, server,
            request.body.get('password') or None))

    def disable(self, request):
        """R3: disable root."""
        server = self.load(request, _RULE + 'delete')
        operations.disable(self._deps, server)
