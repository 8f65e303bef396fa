# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/modules: what is applied to an instance."""

from trove.api import paging
from trove.api.v1.controllers import loading
from trove.api.v1.views import modules as views
from trove.common import exception
from trove.operations import instance_modules as operations
from trove.operations import modules

#: Letters of contents in one answer.
_MOST_CONTENTS = 4 * modules.MOST_CHARACTERS


class InstanceModules(loading.Loader):
    """Handlers of the modules of an instance."""

    def index(self, request):
        """I20: by our records, or asked of the guest."""
        server = self.load(request, 'instance:module_list')
        contents = paging.boolean(request.query, 'include_contents')
        find = (operations.from_guest
                if paging.boolean(request.query, 'from_guest')
                else operations.listing)
        return self._shown(request, find(self._deps, server), contents)

    def apply(self, request):
        """I21: bring modules to the instance."""
        server = self.load(request, 'instance:module_apply')
        return self._shown(request, operations.apply(
            request.ctx, self._deps, server,
            [one['id'] for one in request.body['modules']]))

    def remove(self, request):
        """I22: take one away."""
        server = self.load(request, 'instance:module_remove')
        operations.remove(request.ctx, self._deps, server,
                          request.path['module'])

    def _shown(self, request, found, contents=False):
        shown, room = [], _MOST_CONTENTS
        for one in found:
            if one.module and (request.ctx.is_admin or one.module.visible):
                text = self._contents(request, one) if contents else None
                room -= len(text or '')
                if room < 0:
                    raise exception.OverLimit(
                        'The contents of these modules are too much for one '
                        'answer; take some of them away, or ask without.')
                shown.append(views.applied(one, text, request.ctx.is_admin))
        return {'modules': shown}

    def _contents(self, request, one):
        if one.module.is_admin and not request.ctx.is_admin:
            return ''
        try:
            return modules.get(request.ctx, self._deps, one.module_id,
                               True).contents
        except exception.NotFound:
            return ''
