# SPDX-License-Identifier: Apache-2.0
"""Parameters of datastore versions, for tenants and for operators."""

from trove.api.v1.schemas import configurations as schemas
from trove.api.v1.views import configurations as views
from trove.operations import datastores
from trove.operations import parameters as operations

NAME = 'configuration-parameters'


class Parameters:
    """Handlers of .../parameters."""

    def __init__(self, deps):
        self._deps = deps

    def index(self, request):
        """CP1, CP3: what tenants may tune."""
        return {NAME: [views.parameter(found) for found
                       in operations.listing(self._deps,
                                             self._version(request))]}

    def show(self, request):
        """CP2, CP4: one of them, bare."""
        return views.parameter(self._one(request))

    def mgmt_index(self, request):
        """X19: the same for operators."""
        return {NAME: [views.mgmt_parameter(found) for found
                       in operations.listing(self._deps,
                                             self._version(request))]}

    def mgmt_show(self, request):
        """X20: one of them, bare."""
        return views.mgmt_parameter(self._one(request))

    def create(self, request):
        """X21: define a parameter."""
        version = self._version(request)
        wanted = schemas.parameter(request.body, version.id)
        operations.create(self._deps, version, wanted)
        return views.mgmt_parameter(wanted)

    def update(self, request):
        """X22: change a parameter; the name is the path's."""
        version = self._version(request)
        wanted = schemas.parameter(request.body, version.id,
                                   request.path['name'])
        operations.update(self._deps, version, wanted)
        return views.mgmt_parameter(wanted)

    def delete(self, request):
        """X23: remove a parameter."""
        operations.delete(self._deps, self._version(request),
                          request.path['name'])

    def _one(self, request):
        return operations.find(self._deps, self._version(request),
                               request.path['name'])

    def _version(self, request):
        """By name or id below a datastore, else by id; inactive ones too.
        """
        wanted = request.path['version']
        if 'datastore' not in request.path:
            return datastores.version_by_id(self._deps, wanted, True)
        store = datastores.find(self._deps, request.path['datastore'], True)
        return datastores.version(store, wanted)
