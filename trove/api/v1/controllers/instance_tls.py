# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/ssl: whether and how connections are encrypted."""

from trove.api import paging
from trove.api.v1.controllers import loading
from trove.api.v1.schemas import tls as schemas
from trove.api.v1.views import tls as views
from trove.objects import tls
from trove.operations import change_tls as operations


class InstanceTls(loading.Loader):
    """Handlers of TLS of an instance."""

    def show(self, request):
        """I18: the state, and what is in the certificate."""
        server = self.load(request, 'instance:show', 'instance:ssl_show')
        return views.shown(operations.show(self._deps, server),
                           paging.boolean(request.query,
                                          'include_certificate'))

    def act(self, request):
        """I19: switch it on or off, or go back to what was before."""
        server = self.load(request, 'instance:update', 'instance:ssl_action')
        asked = request.body['ssl']
        action = schemas.action(request.body)
        if action == 'rollback':
            late = operations.rollback(request.ctx, self._deps, server)
            return views.rolled_back(late, operations.show(self._deps,
                                                           server))
        if action == 'disable':
            late = operations.disable(request.ctx, self._deps, server)
        else:
            late = operations.enable(
                request.ctx, self._deps, server,
                tls.Mode(asked.get('mode') or tls.Mode.BASIC),
                asked.get('container_ref'), asked.get('password_ref'))
        return views.changed(late)
