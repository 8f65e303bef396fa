# SPDX-License-Identifier: Apache-2.0
"""/instances/{id}/log: list; show, switch, publish, discard."""

from trove.api.v1.controllers import loading
from trove.api.v1.views import logs as views
from trove.operations import guest_logs as operations

_RULES = ('instance:guest_log_list', 'instance:guest_log_action')


class Logs(loading.Loader):
    """Handlers of the logs of an instance."""

    def index(self, request):
        """I16: the logs that the caller may see."""
        server = self.load(request, _RULES[0])
        found = operations.listing(request.ctx, self._deps, server)
        return {'logs': [views.log(one) for one in found]}

    def act(self, request):
        """I17: do what is asked with one log, or only show it."""
        server = self.load(request, *_RULES)
        asked = request.body
        flag = {word: str(asked.get(word) or 0).lower() in ('1', 'true')
                for word in ('enable', 'disable', 'publish', 'discard')}
        return {'log': views.log(operations.act(
            request.ctx, self._deps, server, asked['name'], **flag))}
