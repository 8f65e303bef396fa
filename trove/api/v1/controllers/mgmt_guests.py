# SPDX-License-Identifier: Apache-2.0
"""/mgmt/instances/{id}: what operators ask guests and their history."""

from trove.api.v1.views import root_user as views
from trove.operations import guest_facts
from trove.operations import instances
from trove.operations import root_user


class MgmtGuests:
    """Handlers that operators reach an instance's guest by."""

    def __init__(self, deps):
        self._deps = deps

    def root(self, request):
        """X9: who enabled root last."""
        server = self._load(request)
        return views.history(server.id,
                             root_user.history(self._deps, server.id))

    def hardware(self, request):
        """X10: memory and processors of the server."""
        return {'hwinfo': guest_facts.hardware(self._deps,
                                               self._load(request))}

    def diagnostics(self, request):
        """X11: what the guest agent takes up."""
        return {'diagnostics': guest_facts.diagnostics(
            self._deps, self._load(request))}

    def ping(self, request):
        """X12: answer when the guest has answered."""
        guest_facts.ping(self._deps, self._load(request))

    def _load(self, request):
        return instances.get(request.ctx, self._deps, request.path['id'])
