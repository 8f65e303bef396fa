# SPDX-License-Identifier: Apache-2.0
"""/flavors, /volume-types and /limits."""

from trove.api.v1.views import catalogue as views
from trove.api.v1.views import viewer as viewers
from trove.operations import catalogue
from trove.operations import quota


class Catalogue:
    """Handlers of what the cloud offers and the project may use."""

    def __init__(self, deps, limiter):
        self._deps = deps
        self._limiter = limiter

    def flavors(self, request):
        """F1: every flavor."""
        viewer = viewers.of(request, self._deps.conf)
        return {'flavors': [views.flavor(found, viewer)
                            for found in catalogue.flavors(self._deps)]}

    def flavor(self, request):
        """F2: one flavor."""
        found = catalogue.flavor(self._deps, request.path['id'])
        return {'flavor': views.flavor(
            found, viewers.of(request, self._deps.conf))}

    def volume_types(self, request):
        """VT1: every volume type."""
        return {'volume_types': [
            views.volume_type(found)
            for found in catalogue.volume_types(self._deps)]}

    def volume_type(self, request):
        """VT2: one volume type."""
        return {'volume_type': views.volume_type(
            catalogue.volume_type(self._deps, request.path['id']))}

    def limits(self, request):
        """L1: quotas and rates of the project."""
        project_id = request.ctx.project_id
        return views.limits(quota.usages(self._deps, project_id),
                            self._limiter.shown(project_id))
