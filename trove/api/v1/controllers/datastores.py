# SPDX-License-Identifier: Apache-2.0
"""/datastores and their versions."""

from trove.api.v1.views import catalogue as catalogue_views
from trove.api.v1.views import datastores as views
from trove.api.v1.views import viewer as viewers
from trove.operations import catalogue
from trove.operations import datastores as operations


class Datastores:
    """Handlers of /datastores."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """S1: datastores with their versions."""
        viewer = self._viewer(request)
        return {'datastores': [
            views.datastore(found, viewer) for found in operations.listing(
                self._deps, request.ctx.is_admin)]}

    def show(self, request):
        """S2: one datastore by name or id."""
        return {'datastore': views.datastore(self._store(request),
                                             self._viewer(request))}

    def versions(self, request):
        """S4: the versions of a datastore."""
        shown = views.datastore(self._store(request), self._viewer(request))
        for version in shown['versions']:
            version['datastore'] = shown['id']
        return {'versions': shown['versions']}

    def version(self, request):
        """S5: one version by name or id."""
        return {'version': views.version(self._version(request),
                                         self._viewer(request))}

    def version_by_id(self, request):
        """S6: one version of any datastore."""
        found = operations.version_by_id(
            self._deps, request.path['version'], request.ctx.is_admin)
        return {'version': views.version(found, self._viewer(request))}

    def delete(self, request):
        """S3: remove a datastore that has no versions."""
        operations.delete(self._deps, request.path['datastore'])

    def flavors(self, request):
        """S7: the flavors that a version may use."""
        bound = self._version(request, by_id=True).flavor_ids
        viewer = self._viewer(request)
        return {'flavors': [
            catalogue_views.flavor(found, viewer)
            for found in catalogue.flavors(self._deps)
            if not bound or found.id in bound]}

    def volume_types(self, request):
        """S8: the volume types that a version may use."""
        bound = self._version(request, by_id=True).volume_types
        return {'volume_types': [
            catalogue_views.volume_type(found)
            for found in catalogue.volume_types(self._deps)
            if not bound or found.name in bound]}

    def _viewer(self, request):
        return viewers.of(request, self._deps.conf)

    def _store(self, request):
        return operations.find(self._deps, request.path['datastore'],
                               request.ctx.is_admin)

    def _version(self, request, by_id=False):
        store = self._store(request)
        wanted = request.path['version']
        if by_id and all(one.id != wanted for one in store.versions):
            raise operations.VersionNotFound(version=wanted)
        return operations.version(store, wanted)
